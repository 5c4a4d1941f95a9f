namespace EmailAuth.Message;

/// <summary>How large a message's header block may be before nothing is judged any more. The body is streamed and has no limit here.</summary>
public sealed record MessageLimits
{
    internal const int MostHeaderBytes = 1 << 20;

    /// <summary>The defaults.</summary>
    public static MessageLimits Default { get; } = new();

    /// <summary>Octets of the header block. 256 KiB; at most 1 MiB.</summary>
    public int MaxHeaderBytes { get; init => field = Checked(value, MostHeaderBytes, nameof(MaxHeaderBytes)); } = 256 << 10;

    /// <summary>Header fields. 2,000; at most 20,000.</summary>
    public int MaxHeaderFields { get; init => field = Checked(value, 20_000, nameof(MaxHeaderFields)); } = 2_000;

    /// <summary>Octets of one header field. 64 KiB; at most 1 MiB.</summary>
    public int MaxFieldBytes { get; init => field = Checked(value, 1 << 20, nameof(MaxFieldBytes)); } = 64 << 10;

    /// <summary>Octets of a field name. 128; at most 998.</summary>
    public int MaxFieldNameBytes { get; init => field = Checked(value, 998, nameof(MaxFieldNameBytes)); } = 128;

    private static int Checked(int value, int ceiling, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, ceiling, name);
        return value;
    }
}
