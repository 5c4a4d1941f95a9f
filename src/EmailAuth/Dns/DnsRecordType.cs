namespace EmailAuth.Dns;

/// <summary>The record types that e-mail authentication asks for; the values are those of RFC 1035 §3.2.2 and its successors.</summary>
public enum DnsRecordType
{
    /// <summary>No type. Never asked.</summary>
    None = 0,

    /// <summary>An IPv4 address (RFC 1035 §3.4.1).</summary>
    A = 1,

    /// <summary>An authoritative name server (RFC 1035 §3.3.11).</summary>
    NS = 2,

    /// <summary>The canonical name of an alias (RFC 1035 §3.3.1).</summary>
    CNAME = 5,

    /// <summary>The start of a zone of authority (RFC 1035 §3.3.13).</summary>
    SOA = 6,

    /// <summary>The name that an address belongs to (RFC 1035 §3.3.12).</summary>
    PTR = 12,

    /// <summary>A mail exchange (RFC 1035 §3.3.9).</summary>
    MX = 15,

    /// <summary>Text (RFC 1035 §3.3.14).</summary>
    TXT = 16,

    /// <summary>An IPv6 address (RFC 3596 §2.1).</summary>
    AAAA = 28,

    /// <summary>A TLS certificate association (RFC 6698 §2.1).</summary>
    TLSA = 52,
}
