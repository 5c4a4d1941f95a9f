namespace EmailAuth.Dns;

/// <summary>What an answer takes in memory, by estimate.</summary>
internal static class DnsCacheSize
{
    // The entry, its places in the cache's tables, the answer, and the array of records.
    private const int OfEntry = 420;

    // One record object with the object that holds its data.
    private const int OfRecord = 88;

    /// <summary>The octets of all records, as far as somebody outside chose them.</summary>
    public static int OctetsOf(DnsAnswer answer)
    {
        var octets = 0;
        foreach (var record in answer.Records)
            octets += OctetsOf(record);
        return octets;
    }

    /// <summary>
    /// Bytes with everything around. Octets of text count four times: once as they are, and three times for what a room makes of them.
    /// </summary>
    public static long BytesOf(DnsQuestion question, DnsAnswer answer, int octets) =>
        OfEntry + OfName(question.Name) + answer.Records.Length * OfRecord + 4L * octets + 2 * (answer.Detail?.Length ?? 0);

    private static int OfName(DomainName name) => 72 + name.Octets.Length;

    private static int OctetsOf(DnsRecord record) => record switch
    {
        TxtRecord text => text.Octets.Length,
        TlsaRecord tlsa => tlsa.Data.Length,
        AddressRecord => 16,
        MxRecord mx => OfName(mx.Exchange),
        PtrRecord ptr => OfName(ptr.Target),
        NsRecord ns => OfName(ns.Host),
        CnameRecord cname => OfName(cname.Target),
        SoaRecord soa => OfName(soa.PrimaryServer),
        _ => 0,
    };
}
