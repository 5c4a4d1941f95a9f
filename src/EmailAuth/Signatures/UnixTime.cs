namespace EmailAuth.Signatures;

/// <summary>The numbers of <c>t=</c> and <c>x=</c> (RFC 6376 §3.5), which have no upper end.</summary>
internal static class UnixTime
{
    public static DateTimeOffset? ToTime(long? seconds) =>
        seconds is not { } number ? null
        : number >= DateTimeOffset.MaxValue.ToUnixTimeSeconds() ? DateTimeOffset.MaxValue
        : DateTimeOffset.FromUnixTimeSeconds(number);
}
