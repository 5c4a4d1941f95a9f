using System.Net;
using DnsClient;
using DnsClient.Protocol;
using EmailAuth.Dns;

namespace EmailAuth.Tests.Dns;

/// <summary>What one message says, whatever the transport looks at itself.</summary>
public class DnsClientReplyTests
{
    private static readonly EmailAuth.Dns.DnsQuestion Question = new(DomainName.Parse("a0.example"), DnsRecordType.TXT);

    private sealed class Message(ushort flags, params DnsResourceRecord[] answers) : IDnsQueryResponse
    {
        public IReadOnlyList<global::DnsClient.DnsQuestion> Questions { get; } = [new("a0.example", QueryType.TXT)];

        public IReadOnlyList<DnsResourceRecord> Additionals => [];

        public IEnumerable<DnsResourceRecord> AllRecords => answers;

        public IReadOnlyList<DnsResourceRecord> Answers => answers;

        public IReadOnlyList<DnsResourceRecord> Authorities => [];

        public string AuditTrail => "";

        public string ErrorMessage => "";

        public bool HasError => false;

        public DnsResponseHeader Header { get; } = new(1, (ushort)(0x8180 | flags), 1, answers.Length, 0, 0);

        public int MessageSize => 100;

        public NameServer NameServer { get; } = new(IPAddress.Loopback);

        public DnsQuerySettings Settings => throw new NotSupportedException();
    }

    private static ResourceRecordInfo Owner(string name, ResourceRecordType type) => new(name, type, QueryClass.IN, 300, 0);

    private static CNameRecord Alias(string name, string target) => new(Owner(name, ResourceRecordType.CNAME), DnsString.Parse(target));

    private static global::DnsClient.Protocol.TxtRecord Text(string name) => new(Owner(name, ResourceRecordType.TXT), ["x"], ["x"]);

    private static DnsClientReply Read(ushort flags, params DnsResourceRecord[] answers) => DnsClientReply.Read(new Message(flags, answers), Question, maxRecords: 64);

    [TestCase((ushort)0, DnsStatus.NoError)]
    [TestCase(WireMessage.Truncated, DnsStatus.Malformed)]
    public void A_message_that_is_cut_off_is_none(ushort flags, DnsStatus expected) => Assert.That(Read(flags, Text("a0.example")).Status, Is.EqualTo(expected));

    [TestCase(0, DnsStatus.NoError)]
    [TestCase(8, DnsStatus.NoError)]
    [TestCase(9, DnsStatus.Malformed)]
    public void In_one_message_too_a_chain_has_at_most_8_aliases(int length, DnsStatus expected)
    {
        var chain = Enumerable.Range(0, length).Select(i => (DnsResourceRecord)Alias($"a{i}.example", $"a{i + 1}.example"));
        Assert.That(Read(0, [.. chain, Text($"a{length}.example")]).Status, Is.EqualTo(expected));
    }

    [Test, Rfc(2181, "10.1")]
    public void A_name_has_one_canonical_name()
    {
        Assert.That(Read(0, Alias("a0.example", "b.example"), Alias("a0.example", "c.example"), Text("c.example")).Status, Is.EqualTo(DnsStatus.Malformed));
        Assert.That(Read(0, Alias("a0.example", "c.example"), Alias("a0.example", "c.example"), Text("c.example")).Status, Is.EqualTo(DnsStatus.NoError));
    }
}
