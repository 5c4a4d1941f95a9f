namespace EmailAuth.Cli.Input;

/// <summary>A clock that stands at one moment; time limits still run.</summary>
internal sealed class FixedTimeProvider(DateTimeOffset now) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => now;
}
