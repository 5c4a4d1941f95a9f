using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using DnsClient;
using DnsClient.Protocol;
using DnsClient.Protocol.Options;
using EmailAuth.Syntax;
using Wire = DnsClient.Protocol;

namespace EmailAuth.Dns;

/// <summary>
/// What one server's message says about one question, after every check that the transport leaves out: that it is a response, to this
/// question, complete, and that each record belongs to the name asked, or to one that its CNAME records lead to.
/// </summary>
/// <param name="Status">How it ended.</param>
/// <param name="Records">The records, if there are any.</param>
/// <param name="TimeToLive">The smallest of all that were used on the way.</param>
/// <param name="Next">The name to ask next, where the message has the alias but nothing about its target; else null.</param>
/// <param name="Aliases">How many CNAME records were followed.</param>
/// <param name="IsAuthenticated">The AD flag.</param>
/// <param name="Detail">For a failure, what was wrong.</param>
internal readonly record struct DnsClientReply(
    DnsStatus Status, ImmutableArray<DnsRecord> Records, TimeSpan TimeToLive, DomainName? Next = null, int Aliases = 0, bool IsAuthenticated = false, string? Detail = null)
{
    /// <summary>RFC 1034 §3.6.2 allows chains and names no bound; this one is far above what is in use.</summary>
    public const int LongestAliasChain = 8;

    // RFC 6891 §6.1.3: the upper eight bits of the extended RCODE stand in the first octet of the OPT record's time to live.
    private const int ExtendedCodeShift = 24;

    public static DnsClientReply Failed(DnsStatus status, string detail) => new(status, [], TimeSpan.Zero, Detail: detail);

    public static DnsClientReply Malformed(string detail) => Failed(DnsStatus.Malformed, detail);

    /// <summary>Reads a message.</summary>
    public static DnsClientReply Read(IDnsQueryResponse message, DnsQuestion question, int maxRecords)
    {
        var header = message.Header;
        // The transport's word for the QR bit; true means a response.
        if (!header.HasQuery)
            return Malformed("a query came back instead of a response");
        if (header.OPCode != DnsOpCode.Query)
            return Malformed("the response is to another kind of operation");
        if (FailureOf(message) is { } failure)
            return failure;
        // RFC 5452 §9.1: a response that does not match the question is not one to it.
        if (!Echoes(message, question))
            return Malformed("the response is to another question");
        if (header.ResultTruncated)
            return Malformed("the response is cut off");
        return Follow(message, question, maxRecords);
    }

    private static DnsClientReply? FailureOf(IDnsQueryResponse message)
    {
        var code = (int)message.Header.ResponseCode;
        foreach (var record in message.Additionals)
        {
            if (record is OptRecord)
                code |= (int)((uint)record.InitialTimeToLive >> ExtendedCodeShift) << 4;
        }
        return code switch
        {
            0 or 3 => null,
            1 => Failed(DnsStatus.ServFail, "the server could not read the query (FORMERR)"),
            2 => Failed(DnsStatus.ServFail, "the server failed (SERVFAIL)"),
            4 => Failed(DnsStatus.ServFail, "the server does not know this kind of query (NOTIMP)"),
            5 => Failed(DnsStatus.Refused, "the server refused to answer (REFUSED)"),
            9 => Failed(DnsStatus.Refused, "the server is not the one to ask (NOTAUTH)"),
            _ => Failed(DnsStatus.ServFail, $"the server answered with code {code}"),
        };
    }

    private static bool Echoes(IDnsQueryResponse message, DnsQuestion question) =>
        message.Questions is [var echoed]
        && (int)echoed.QuestionType == (int)question.Type
        && echoed.QuestionClass == QueryClass.IN
        && IsName(echoed.QueryName, question.Name);

    /// <summary>From the name asked along its CNAME records to the records of the type, or to where the message ends.</summary>
    private static DnsClientReply Follow(IDnsQueryResponse message, DnsQuestion question, int maxRecords)
    {
        var name = question.Name;
        var timeToLive = TimeSpan.MaxValue;
        var isNxDomain = message.Header.ResponseCode == DnsHeaderResponseCode.NotExistentDomain;
        for (var aliases = 0; aliases <= LongestAliasChain; aliases++)
        {
            var records = ImmutableArray.CreateBuilder<DnsRecord>();
            var unread = 0;
            CNameRecord? alias = null;
            foreach (var record in message.Answers)
            {
                if (record.RecordClass != QueryClass.IN || !IsName(record.DomainName, name))
                    continue;
                if ((int)record.RecordType == (int)question.Type)
                {
                    timeToLive = Smaller(timeToLive, record);
                    if (!TryReadData(record, out var data))
                        return Malformed("a TXT record that cannot be read");
                    if (data is null)
                        unread++;
                    else
                        records.Add(data);
                }
                else if (record is CNameRecord cname)
                {
                    // RFC 2181 §10.1: one canonical name.
                    if (alias is not null && alias.CanonicalName.Value != cname.CanonicalName.Value)
                        return Malformed("a name with two CNAME records");
                    alias = cname;
                }
            }
            if (records.Count > maxRecords)
                return Malformed($"{records.Count} records, more than {maxRecords}");
            // RFC 2308 §2.1: the code is about the name at the end of the chain, and it has nothing.
            if (records.Count > 0 && !isNxDomain)
                return new DnsClientReply(DnsStatus.NoError, records.ToImmutable(), timeToLive, Aliases: aliases, IsAuthenticated: message.Header.IsAuthenticData);
            if (unread > 0)
                return Malformed("no record has a name that is a domain name");
            if (alias is null)
                return AtEnd(message, name, timeToLive, aliases, isNxDomain);
            timeToLive = Smaller(timeToLive, alias);
            if (ReadName(alias.CanonicalName) is not { } target)
                return Malformed("a CNAME record that leads to no domain name");
            name = target;
        }
        return TooManyAliases(question);
    }

    public static DnsClientReply TooManyAliases(DnsQuestion question) =>
        Malformed($"the chain of CNAME records from {question.Name} is longer than {LongestAliasChain} or goes in a circle");

    /// <summary>No records: because there are none, because the target has to be asked for, or because the server does not resolve.</summary>
    private static DnsClientReply AtEnd(IDnsQueryResponse message, DomainName name, TimeSpan timeToLive, int aliases, bool isNxDomain)
    {
        var header = message.Header;
        if (aliases == 0 && !isNxDomain && message.Answers.Count > 0)
            return Malformed("the records in the response belong to another name, type or class");
        var isReferral = false;
        foreach (var record in message.Authorities)
        {
            isReferral |= record.RecordType == ResourceRecordType.NS;
            if (record is not Wire.SoaRecord soa || record.RecordClass != QueryClass.IN || ReadName(soa.DomainName) is not { } zone || !name.IsAtOrBelow(zone))
                continue;
            // RFC 2308 §5: the smaller of MINIMUM and the SOA record's own time to live.
            timeToLive = Smaller(timeToLive, soa);
            var minimum = TimeSpan.FromSeconds((uint)soa.Minimum);
            return Negative(isNxDomain, minimum < timeToLive ? minimum : timeToLive, aliases, header.IsAuthenticData);
        }
        if (isNxDomain)
            return Negative(true, TimeSpan.Zero, aliases, header.IsAuthenticData);
        if (aliases > 0)
            return new DnsClientReply(DnsStatus.NoError, [], timeToLive, Next: name, Aliases: aliases, IsAuthenticated: header.IsAuthenticData);
        // RFC 2308 §2.2: NS records without an SOA record are a referral, not an answer.
        if (!header.HasAuthorityAnswer && (isReferral || !header.RecursionAvailable))
            return Failed(DnsStatus.ServFail, "the server does not resolve names for others (a referral, or no recursion)");
        return Negative(false, TimeSpan.Zero, aliases, header.IsAuthenticData);
    }

    private static DnsClientReply Negative(bool isNxDomain, TimeSpan timeToLive, int aliases, bool isAuthenticated) =>
        new(isNxDomain ? DnsStatus.NxDomain : DnsStatus.NoData, [], timeToLive, Aliases: aliases, IsAuthenticated: isAuthenticated);

    private static TimeSpan Smaller(TimeSpan timeToLive, DnsResourceRecord record)
    {
        // 32 bits without a sign on the wire (RFC 2181 §8).
        var own = TimeSpan.FromSeconds((uint)record.InitialTimeToLive);
        return own < timeToLive ? own : timeToLive;
    }

    // ---- Names and data ----

    /// <summary>Whether an owner is this name. The transport decodes "xn--" labels in its Value; its Original is the text as sent.</summary>
    private static bool IsName(DnsString owner, DomainName name)
    {
        ReadOnlySpan<char> text = owner.Original;
        if (text.EndsWith("."))
            text = text[..^1];
        var octets = name.Octets;
        if (text.Length != octets.Length)
            return false;
        for (var i = 0; i < octets.Length; i++)
        {
            if (Octets.ToLower(text[i]) != octets[i])
                return false;
        }
        return true;
    }

    /// <summary>A name inside a record. The transport's Value is ASCII, with backslashes for what is not; such a name is none for us.</summary>
    private static DomainName? ReadName(DnsString name)
    {
        var text = name.Value;
        if (text == ".")
            return DomainName.Root;
        if (text.Length > DomainName.MaxLength + 1 || text.Contains('\\', StringComparison.Ordinal) || !Ascii.IsValid(text))
            return null;
        Span<byte> octets = stackalloc byte[text.Length];
        Encoding.Latin1.GetBytes(text, octets);
        return DomainName.TryParseQueryName(octets, out var read) ? read : null;
    }

    /// <summary>False if the data cannot be read; true and null if it holds a name that is no domain name.</summary>
    private static bool TryReadData(DnsResourceRecord record, out DnsRecord? data)
    {
        data = record switch
        {
            Wire.TxtRecord text => ReadText(text),
            Wire.AddressRecord address => new AddressRecord(address.Address),
            Wire.MxRecord mx when ReadName(mx.Exchange) is { } exchange => new MxRecord(mx.Preference, exchange),
            Wire.PtrRecord ptr when ReadName(ptr.PtrDomainName) is { } target => new PtrRecord(target),
            Wire.NsRecord ns when ReadName(ns.NSDName) is { } host => new NsRecord(host),
            CNameRecord cname when ReadName(cname.CanonicalName) is { } target => new CnameRecord(target),
            Wire.SoaRecord soa when ReadName(soa.MName) is { } primary => new SoaRecord(primary, (uint)soa.Serial, TimeSpan.FromSeconds((uint)soa.Minimum)),
            Wire.TlsaRecord tlsa => new TlsaRecord((byte)tlsa.CertificateUsage, (byte)tlsa.Selector, (byte)tlsa.MatchingType, tlsa.CertificateAssociationData.ToArray()),
            _ => null,
        };
        return data is not null || record is not Wire.TxtRecord;
    }

    private static TxtRecord? ReadText(Wire.TxtRecord record)
    {
        var octets = new ArrayBufferWriter<byte>();
        using var decoded = record.Text.GetEnumerator();
        using var escaped = record.EscapedText.GetEnumerator();
        while (decoded.MoveNext() && escaped.MoveNext())
        {
            if (!DnsClientText.TryAppend(decoded.Current, escaped.Current, octets))
                return null;
        }
        return new TxtRecord(octets.WrittenMemory);
    }
}
