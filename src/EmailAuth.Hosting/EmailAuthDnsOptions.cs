using EmailAuth.Dns;

namespace EmailAuth.Hosting;

/// <summary>Whom to ask for DNS, how, and how much. What is null has the default of <see cref="DnsClientOptions"/> or <see cref="DnsLimits"/>.</summary>
public sealed class EmailAuthDnsOptions
{
    /// <summary>
    /// The recursive servers, in order of preference: <c>127.0.0.1</c>, <c>[2001:db8::1]:5353</c>. Empty, the default, takes those that the system names.
    /// A validating resolver on the same host is the set-up to aim at.
    /// </summary>
    public IList<string> Servers { get; } = [];

    /// <summary>UDP or TCP; see <see cref="DnsClientOptions.Transport"/>.</summary>
    public DnsTransport? Transport { get; set; }

    /// <summary>How long one server may take before the next one is asked.</summary>
    public TimeSpan? AttemptTimeLimit { get; set; }

    /// <summary>How long one question may take altogether.</summary>
    public TimeSpan? QueryTimeLimit { get; set; }

    /// <summary>How often a server that does not answer is asked.</summary>
    public int? Tries { get; set; }

    /// <summary>Whether the servers validate DNSSEC and the path to them is safe, so that their AD flag counts. Off.</summary>
    public bool TrustsAuthenticatedData { get; set; }

    /// <summary>Questions a message.</summary>
    public int? MaxQueriesPerMessage { get; set; }

    /// <summary>Questions of one message that wait at the same time.</summary>
    public int? MaxParallelQueriesPerMessage { get; set; }

    /// <summary>How long the questions of one message may take altogether.</summary>
    public TimeSpan? MaxTimePerMessage { get; set; }

    /// <summary>A zone file (RFC 1035 §5) that answers everything in the servers' stead, to try things out without a network. Null: the servers.</summary>
    public string? ZoneFile { get; set; }
}
