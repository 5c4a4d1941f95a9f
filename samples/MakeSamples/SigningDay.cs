namespace MakeSamples;

/// <summary>The day of the sample messages, so that their t= agrees with their Date fields, whenever they are made.</summary>
internal sealed class SigningDay : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => new(2026, 10, 5, 8, 30, 0, TimeSpan.Zero);
}
