namespace EmailAuth.Dns;

/// <summary>One question: which records of a type a name has.</summary>
/// <param name="Name">The name asked about.</param>
/// <param name="Type">The type of record asked for.</param>
public readonly record struct DnsQuestion(DomainName Name, DnsRecordType Type)
{
    /// <summary>The question as people write it: <c>example.com TXT</c>.</summary>
    public override string ToString() => $"{Name} {Type}";
}
