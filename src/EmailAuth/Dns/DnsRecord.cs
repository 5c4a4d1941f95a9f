using System.Net;

namespace EmailAuth.Dns;

/// <summary>The data of one resource record. Its owner is the name that was asked, behind any CNAME.</summary>
public abstract record DnsRecord
{
    private protected DnsRecord()
    {
    }

    /// <summary>The type of the record.</summary>
    public abstract DnsRecordType Type { get; }
}

/// <summary>A TXT record (RFC 1035 §3.3.14): octets, its strings joined without a separator (RFC 7208 §3.3, RFC 6376 §3.6.2.2).</summary>
/// <param name="Octets">The joined strings. No character set is implied.</param>
public sealed record TxtRecord(ReadOnlyMemory<byte> Octets) : DnsRecord
{
    /// <inheritdoc/>
    public override DnsRecordType Type => DnsRecordType.TXT;

    /// <inheritdoc/>
    public bool Equals(TxtRecord? other) => other is not null && Octets.Span.SequenceEqual(other.Octets.Span);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Octets.Span);
        return hash.ToHashCode();
    }
}

/// <summary>An A or AAAA record.</summary>
/// <param name="Address">The address; its family tells the type.</param>
public sealed record AddressRecord(IPAddress Address) : DnsRecord
{
    /// <inheritdoc/>
    public override DnsRecordType Type =>
        Address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? DnsRecordType.A : DnsRecordType.AAAA;
}

/// <summary>An MX record (RFC 1035 §3.3.9).</summary>
/// <param name="Preference">Lower is tried first.</param>
/// <param name="Exchange">The host; <see cref="DomainName.Root"/> is the null MX of RFC 7505.</param>
public sealed record MxRecord(int Preference, DomainName Exchange) : DnsRecord
{
    /// <inheritdoc/>
    public override DnsRecordType Type => DnsRecordType.MX;
}

/// <summary>A PTR record (RFC 1035 §3.3.12).</summary>
/// <param name="Target">The name pointed to.</param>
public sealed record PtrRecord(DomainName Target) : DnsRecord
{
    /// <inheritdoc/>
    public override DnsRecordType Type => DnsRecordType.PTR;
}

/// <summary>An NS record (RFC 1035 §3.3.11).</summary>
/// <param name="Host">The name server.</param>
public sealed record NsRecord(DomainName Host) : DnsRecord
{
    /// <inheritdoc/>
    public override DnsRecordType Type => DnsRecordType.NS;
}

/// <summary>A CNAME record (RFC 1035 §3.3.1).</summary>
/// <param name="Target">The canonical name.</param>
public sealed record CnameRecord(DomainName Target) : DnsRecord
{
    /// <inheritdoc/>
    public override DnsRecordType Type => DnsRecordType.CNAME;
}

/// <summary>An SOA record (RFC 1035 §3.3.13), as far as resolving needs it.</summary>
/// <param name="PrimaryServer">MNAME.</param>
/// <param name="Serial">SERIAL.</param>
/// <param name="Minimum">MINIMUM: how long "no such record" may be kept (RFC 2308 §4).</param>
public sealed record SoaRecord(DomainName PrimaryServer, uint Serial, TimeSpan Minimum) : DnsRecord
{
    /// <inheritdoc/>
    public override DnsRecordType Type => DnsRecordType.SOA;
}

/// <summary>A TLSA record (RFC 6698 §2.1).</summary>
/// <param name="Usage">Certificate usage.</param>
/// <param name="Selector">Selector.</param>
/// <param name="MatchingType">Matching type.</param>
/// <param name="Data">Certificate association data.</param>
public sealed record TlsaRecord(byte Usage, byte Selector, byte MatchingType, ReadOnlyMemory<byte> Data) : DnsRecord
{
    /// <inheritdoc/>
    public override DnsRecordType Type => DnsRecordType.TLSA;

    /// <inheritdoc/>
    public bool Equals(TlsaRecord? other) =>
        other is not null && Usage == other.Usage && Selector == other.Selector && MatchingType == other.MatchingType
        && Data.Span.SequenceEqual(other.Data.Span);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Usage, Selector, MatchingType, Data.Length);
}
