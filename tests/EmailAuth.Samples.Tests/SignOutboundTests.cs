using System.Text;
using EmailAuth.Conformance.Peers;
using EmailAuth.Dkim;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Signatures;
using EmailAuth.Tests;

namespace EmailAuth.Samples.Tests;

public sealed class SignOutboundTests
{
    private const string Message = "samples/messages/unprotected.eml";

    private DirectoryInfo _folder = null!;
    private byte[] _signed = null!;

    private string Zone => Path.Combine(_folder.FullName, "keys.zone");

    [OneTimeSetUp]
    public async Task Sign()
    {
        _folder = Directory.CreateTempSubdirectory("emailauth-sign-");
        _signed = await SignAsync(Zone);
    }

    [OneTimeTearDown]
    public void DeleteFolder() => _folder.Delete(recursive: true);

    [Test]
    [Rfc(8463, "3")]
    public async Task Both_signatures_verify_with_the_records_it_wrote()
    {
        var results = await new DkimVerifier(ZoneDnsResolver.Load(Zone)).VerifyAsync(EmailMessage.FromBytes(_signed));
        Assert.That(results.Select(static result => (result.Status, result.Selector, result.Algorithm)), Is.EqualTo(new (DkimStatus, string?, string?)[]
        {
            (DkimStatus.Pass, "rsa1", "rsa-sha256"), (DkimStatus.Pass, "ed1", "ed25519-sha256"),
        }));
        Assert.That(_signed.AsSpan().EndsWith(File.ReadAllBytes(Repository.PathOf(Message))), "the message itself is not touched");
    }

    [Test]
    [Rfc(6376, "5.4")]
    public async Task A_field_that_is_added_later_breaks_both()
    {
        foreach (var field in (string[])["Subject: Another one\r\n", "List-Unsubscribe: <https://attacker.example/>\r\n", "Cc: more@attacker.example\r\n"])
        {
            byte[] changed = [.. Encoding.ASCII.GetBytes(field), .. _signed];
            var results = await new DkimVerifier(ZoneDnsResolver.Load(Zone)).VerifyAsync(EmailMessage.FromBytes(changed));
            Assert.That(results.Select(static result => result.Status), Is.EqualTo(new[] { DkimStatus.Fail, DkimStatus.Fail }), field);
        }
    }

    [Test]
    [Rfc(6376, "3.5")]
    public async Task They_expire_after_two_weeks()
    {
        async Task<DkimReason[]> ReasonsAsync(int days)
        {
            var options = new DkimVerifierOptions { TimeProvider = new LaterTime(TimeSpan.FromDays(days)) };
            var results = await new DkimVerifier(ZoneDnsResolver.Load(Zone), options).VerifyAsync(EmailMessage.FromBytes(_signed));
            return [.. results.Select(static result => result.Reason)];
        }
        Assert.That(await ReasonsAsync(13), Has.None.EqualTo(DkimReason.Expired));
        Assert.That(await ReasonsAsync(15), Has.All.EqualTo(DkimReason.Expired));
    }

    [Test]
    public async Task Keys_come_from_files_where_they_are_named()
    {
        var files = new[] { Path.Combine(_folder.FullName, "rsa.pem"), Path.Combine(_folder.FullName, "ed.pem") };
        using var rsa = SigningKey.GenerateRsa();
        using var ed25519 = SigningKey.GenerateEd25519();
        rsa.Save(files[0]);
        ed25519.Save(files[1]);
        var zoneFile = Path.Combine(_folder.FullName, "files.zone");
        await SignAsync(zoneFile, files);
        var zone = File.ReadAllText(zoneFile);
        Assert.That(zone, Does.Contain(Convert.ToBase64String(ed25519.PublicKeyData.Span)).And.Contain(Convert.ToBase64String(rsa.PublicKeyData.Span)[..60]));
    }

    [Test]
    public async Task A_message_of_another_domain_is_refused()
    {
        var (status, output, error) = await SampleProgram.RunAsync("SignOutbound", Message, "other.example", Path.Combine(_folder.FullName, "other.zone"));
        Assert.That((status, output), Is.EqualTo((65, "")));
        Assert.That(error, Does.StartWith($"{Message} is not signed: "));
    }

    [Test]
    public async Task An_existing_file_is_not_written_over()
    {
        var before = await File.ReadAllTextAsync(Zone);
        var (status, output, error) = await SampleProgram.RunAsync("SignOutbound", Message, "plain.example", Zone);
        Assert.That((status, output), Is.EqualTo((73, "")));
        Assert.That(error, Does.StartWith($"ZONE is \"{Zone}\", which cannot be written; right would be the name of a new file: ").And.Not.Contain(" at "));
        Assert.That(await File.ReadAllTextAsync(Zone), Is.EqualTo(before));
    }

    [Test]
    public void Our_own_command_verifies_both()
    {
        var configuration = Path.GetFileName(Path.GetDirectoryName(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)))!;
        var command = Repository.PathOf("src", "EmailAuth.Cli", "bin", configuration, "net10.0", "EmailAuth.Cli.dll");
        var (exit, output, problem) = Peer.Run("dotnet", [command, "verify", "-", "--zone", Zone], _signed, TimeSpan.FromSeconds(60));
        var text = Encoding.UTF8.GetString(output);
        Assert.That(exit, Is.Zero, text + problem);
        Assert.That(text, Does.Contain("pass      plain.example, selector rsa1, rsa-sha256").And.Contain("pass      plain.example, selector ed1, ed25519-sha256"));
    }

    [Test]
    public void Dkimpy_verifies_both()
    {
        Peer.Require("python3-dkim", "/usr/bin/python3", "-c", "import dkim, nacl");
        const string Script = """
            import dkim, sys
            records = {}
            for line in open(sys.argv[1]).read().replace('"\n    "', '').splitlines():
                name, _, rest = line.partition(' IN TXT ')
                if rest:
                    records[name.encode()] = ''.join(rest.split('"')[1::2]).encode()
            d = dkim.DKIM(sys.stdin.buffer.read())
            print(*[d.verify(idx=i, dnsfunc=lambda name, timeout=5: records[name]) for i in (0, 1)])
            """;
        var (exit, output, problem) = Peer.Run("/usr/bin/python3", ["-c", Script, Zone], _signed, TimeSpan.FromSeconds(30));
        Assert.That((exit, Encoding.ASCII.GetString(output).Trim()), Is.EqualTo((0, "True True")), problem);
    }

    private static async Task<byte[]> SignAsync(string zone, params string[] keys)
    {
        var (status, output, error) = await SampleProgram.RunForBytesAsync("SignOutbound", [Message, "plain.example", zone, .. keys]);
        Assert.That((status, error), Is.EqualTo((0, "")));
        return output;
    }

    private sealed class LaterTime(TimeSpan later) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UtcNow + later;
    }
}
