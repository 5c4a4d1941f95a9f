namespace EmailAuth.Dns;

/// <summary>How a DNS question ended. What is transient may be different a minute later; the rest is an answer.</summary>
public enum DnsStatus
{
    /// <summary>The resolver broke one of its own rules, for example it threw. Transient.</summary>
    ResolverError = 0,

    /// <summary>The server said that it failed (RCODE 2, RFC 1035 §4.1.1). Transient.</summary>
    ServFail,

    /// <summary>The server refused to answer (RCODE 5). Transient.</summary>
    Refused,

    /// <summary>No answer came in time. Transient.</summary>
    Timeout,

    /// <summary>What came was not a well-formed answer to the question, or led in a circle. Transient.</summary>
    Malformed,

    /// <summary>
    /// Not asked: the message had used up its queries or its time (<see cref="DnsLimits"/>), or too many questions of the process were under way. Transient.
    /// </summary>
    OverBudget,

    /// <summary>There are records.</summary>
    NoError,

    /// <summary>The name exists, but has no record of the type (RFC 2308 §2.2).</summary>
    NoData,

    /// <summary>The name does not exist (RCODE 3, RFC 2308 §2.1).</summary>
    NxDomain,
}

/// <summary>Questions about a <see cref="DnsStatus"/>.</summary>
public static class DnsStatusExtensions
{
    /// <summary>Whether asking again later may give another answer.</summary>
    public static bool IsTransient(this DnsStatus status) => status < DnsStatus.NoError;
}
