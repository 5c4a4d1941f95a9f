using System.Reflection;
using DnsClient;
using EmailAuth.Dns;
using DnsQuestion = EmailAuth.Dns.DnsQuestion;

namespace EmailAuth.Fuzz.Targets;

/// <summary>
/// A DNS message off the wire (RFC 1035 §4.1) as the transport's own parser reads it, and what <see cref="DnsClientReply"/> makes of that. What the
/// transport throws is mapped by the resolver, so here it ends the input; what it lets through must not get further than it may.
/// </summary>
internal sealed class DnsAnswerTarget : FuzzTarget
{
    private const int MaxRecords = 64;

    private static readonly DomainName Asked = DomainName.Parse("example.com");

    private static readonly DnsRecordType[] Types =
        [DnsRecordType.TXT, DnsRecordType.A, DnsRecordType.AAAA, DnsRecordType.MX, DnsRecordType.PTR, DnsRecordType.CNAME, DnsRecordType.NS, DnsRecordType.SOA, DnsRecordType.TLSA];

    // The transport shows its parser to nobody; the resolver's tests meet it over a socket.
    private static readonly Func<ArraySegment<byte>, IDnsQueryResponse> Parse = FindParser();

    public override string Name => "dns-answer";

    public override int Share => 5;

    // The transport follows pointers to pointers up to a hundred deep, for each name anew: 2 KB can take 40 ms. Only a transport of our own could end that.
    public override int Patience => 10;

    protected override string[] SeedTexts =>
    [
        "\x00\x01\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00\x07" + "example\x03" + "com\x00\x00\x10\x00\x01\xc0\x0c\x00\x10\x00\x01\x00\x00\x01\x2c\x00\x0c\x0bv=spf1 -all",
        "\x00\x01\x81\x80\x00\x01\x00\x02\x00\x00\x00\x01\x07" + "example\x03" + "com\x00\x00\x0f\x00\x01\xc0\x0c\x00\x05\x00\x01\x00\x00\x01\x2c\x00\x04\x01x\xc0\x0c\x01x\xc0\x0c\x00\x0f\x00\x01\x00\x00\x01\x2c\x00\x09\x00\x0a\x04mail\xc0\x0c\x00\x00\x29\x04\xd0\x00\x00\x00\x00\x00\x00",
        "\x00\x01\x85\x83\x00\x01\x00\x00\x00\x01\x00\x00\x07" + "example\x03" + "com\x00\x00\x01\x00\x01\xc0\x0c\x00\x06\x00\x01\x00\x00\x0e\x10\x00\x1e\x02ns\xc0\x0c\x01h\xc0\x0c\x00\x00\x00\x01\x00\x00\x00\x02\x00\x00\x00\x03\x00\x00\x00\x04\x00\x00\x01\x2c",
        "\x00\x01\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00\x07" + "eXamPle\x03" + "CoM\x00\x00\x01\x00\x01\xc0\x0c\x00\x01\x00\x01\xff\xff\xff\xff\x00\x04\xc0\x00\x02\x01",
    ];

    public override string[] Tokens =>
    [
        "\xc0\x0c", "\xc0\x00", "\xff\xff", "\x00", "\x00\x10\x00\x01", "\x00\x01\x00\x01", "\x00\x05\x00\x01", "\x00\x0f\x00\x01", "\x00\x0c\x00\x01", "\x00\x06\x00\x01", "\x00\x1c\x00\x01", "\x00\x34\x00\x01",
        "\x00\x02\x00\x01", "\x00\x29", "\x00\x03", "\x07" + "example\x03" + "com\x00", "\x01x\xc0\x0c", "\x04xn--", "\x06xn--00", "\x03" + "a.b", "\x40", "\x80\x00\x00\x00", "\x00\x00\x01\x2c\x00\x04", "\x03\xc3\xa4" + "b",
        "\x05\\123a",
    ];

    public override void Run(ReadOnlySpan<byte> input)
    {
        IDnsQueryResponse message;
        try
        {
            message = Parse(input.ToArray());
        }
#pragma warning disable CA1031 // As the resolver does: whatever the transport throws is a malformed answer.
        catch (Exception)
#pragma warning restore CA1031
        {
            return;
        }
        foreach (var type in Types)
        {
            var budget = new AllocationBudget(input.Length);
            var reply = DnsClientReply.Read(message, new DnsQuestion(Asked, type), MaxRecords);
            budget.Check();
            Check(reply, type, message);
        }
    }

    private static void Check(DnsClientReply reply, DnsRecordType type, IDnsQueryResponse message)
    {
        Promise.That(reply.TimeToLive >= TimeSpan.Zero);
        Promise.That(reply.Records.Length <= MaxRecords && reply.Aliases is >= 0 and <= DnsClientReply.LongestAliasChain);
        Promise.That(reply.Status != DnsStatus.NoError || !reply.Records.IsEmpty || reply.Next is not null);
        Promise.That(reply.Status == DnsStatus.NoError || (reply.Records.IsEmpty && reply.Next is null));
        Promise.That(reply.Status.IsTransient() == reply.Detail is not null);
        Promise.IsPrintable(reply.Detail ?? "");
        foreach (var record in reply.Records)
            Promise.That(record.Type == type);
        // RFC 5452 §9.1: nothing but a response, to this question, is one.
        if (!reply.Status.IsTransient())
        {
            Promise.That(message.Header.HasQuery && message.Questions.Count == 1 && (int)message.Questions[0].QuestionType == (int)type);
            Promise.That(message.Questions[0].QueryName.Original.TrimEnd('.').Equals("example.com", StringComparison.OrdinalIgnoreCase));
        }
    }

    private static Func<ArraySegment<byte>, IDnsQueryResponse> FindParser()
    {
        var assembly = typeof(LookupClient).Assembly;
        var handler = Activator.CreateInstance(assembly.GetType("DnsClient.DnsTcpMessageHandler", throwOnError: true)!)!;
        const BindingFlags all = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
        var read = handler.GetType().GetMethod("GetResponseMessage", all, [typeof(ArraySegment<byte>)])!.CreateDelegate<Func<ArraySegment<byte>, object>>(handler);
        var convert = assembly.GetType("DnsClient.DnsResponseMessage", throwOnError: true)!.GetMethod("AsQueryResponse", all)!;
        object[] arguments = [new NameServer(System.Net.IPAddress.Loopback), new DnsQuerySettings(new DnsQueryOptions())];
        return message => (IDnsQueryResponse)convert.Invoke(read(message), arguments)!;
    }
}
