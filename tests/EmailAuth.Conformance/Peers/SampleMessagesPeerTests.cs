using System.Text;
using System.Text.Json;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Tests;

namespace EmailAuth.Conformance.Peers;

/// <summary>OpenDKIM and dkimpy give each sample message the DKIM verdicts that samples/messages/expected.json tells, which are ours.</summary>
public class SampleMessagesPeerTests
{
    public sealed record Sample(string File, string[] Dkim)
    {
        public string Path => Repository.PathOf("samples", "messages", File);

        public override string ToString() => File;
    }

    private static readonly JsonSerializerOptions AnyCase = new() { PropertyNameCaseInsensitive = true };

    public static Sample[] Samples() =>
        JsonSerializer.Deserialize<Sample[]>(File.ReadAllText(Repository.PathOf("samples", "messages", "expected.json")), AnyCase)!;

    [TestCaseSource(nameof(Samples))]
    public async Task We_give_the_expected_verdicts(Sample sample)
    {
        var results = await new EmailAuth.Dkim.DkimVerifier(Zone()).VerifyAsync(EmailMessage.FromBytes(File.ReadAllBytes(sample.Path)));
        Assert.That(results.Select(result => result.Status.ToString()), Is.EqualTo(sample.Dkim).IgnoreCase);
    }

    [TestCaseSource(nameof(Samples))]
    public async Task Opendkim_agrees(Sample sample)
    {
        Peer.Require("opendkim", "opendkim", "-V");
        var folder = Directory.CreateTempSubdirectory("opendkim-");
        try
        {
            var keys = new StringBuilder();
            foreach (var name in KeyNames)
                keys.Append(name).Append(' ').Append(await KeyAtAsync(name)).Append('\n');
            var keyFile = Path.Combine(folder.FullName, "keys");
            await File.WriteAllTextAsync(keyFile, keys.ToString());
            var configuration = Path.Combine(folder.FullName, "opendkim.conf");
            await File.WriteAllTextAsync(configuration, $"Mode v\nSyslog no\nTestPublicKeys {keyFile}\n");

            var (_, output, error) = Peer.Run("opendkim", ["-x", configuration, "-t", sample.Path], default, TimeSpan.FromSeconds(30));
            // It tells one verdict a message: of its best signature.
            var told = Encoding.UTF8.GetString(output) + error;
            Assert.That(told, Does.Contain(sample.Dkim.Length == 0 ? "message not signed" : sample.Dkim.Contains("pass") ? "succeeded" : "failed"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private const string Dkimpy = """
        import dkim, json, sys
        given = json.load(sys.stdin)
        keys = {name.encode() + b'.': value.encode() for name, value in given['keys'].items()}
        message = open(given['message'], 'rb').read()
        found = []
        for index in range(given['signatures']):
            try:
                passed = dkim.DKIM(message).verify(idx=index, dnsfunc=lambda name, timeout=5: keys.get(name, b''))
            except dkim.DKIMException:
                passed = False
            found.append('pass' if passed else 'fail')
        print(json.dumps(found))
        """;

    [TestCaseSource(nameof(Samples))]
    public async Task Dkimpy_agrees(Sample sample)
    {
        Peer.Require("python3-dkim and python3-nacl", "/usr/bin/python3", "-c", "import dkim, nacl");
        var keys = new Dictionary<string, string>();
        foreach (var name in KeyNames)
            keys.Add(name, await KeyAtAsync(name));
        var input = JsonSerializer.SerializeToUtf8Bytes(new { keys, message = sample.Path, signatures = sample.Dkim.Length });
        var (exitCode, output, error) = Peer.Run("/usr/bin/python3", ["-c", Dkimpy], input, TimeSpan.FromSeconds(30));
        Assert.That(exitCode, Is.Zero, error);
        Assert.That(JsonSerializer.Deserialize<string[]>(output), Is.EqualTo(sample.Dkim));
    }

    private static readonly string[] KeyNames =
        ["letter._domainkey.example.com", "ed._domainkey.example.com", "m1._domainkey.attacker.example", "s1._domainkey.bulk-sender.example"];

    private static ZoneDnsResolver Zone() => ZoneDnsResolver.Load(Repository.PathOf("samples", "zones", "example.zone"));

    private static async Task<string> KeyAtAsync(string name)
    {
        var answer = await Zone().QueryAsync(new DnsQuestion(DomainName.Parse(name), DnsRecordType.TXT));
        return Encoding.Latin1.GetString(((TxtRecord)answer.Records.Single()).Octets.Span);
    }
}
