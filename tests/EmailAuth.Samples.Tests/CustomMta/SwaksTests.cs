using System.Globalization;
using System.Text;
using EmailAuth.Conformance.Peers;

namespace EmailAuth.Samples.Tests.CustomMta;

/// <summary>Debian's swaks, and curl, as clients.</summary>
public sealed class SwaksTests : MtaTests
{
    [OneTimeSetUp]
    public void Swaks_is_here() => Peer.Require("swaks", "/usr/bin/swaks", "--version");

    [TestCase("good.example", "good.example", 0, "250 2.0.0 Stored")]
    [TestCase("good.example", "attacker.example", 26, "550 5.7.26 DMARC: ")]
    [TestCase("lost.example", "good.example", 26, "451 4.7.0 DMARC: ")]
    public async Task Swaks_hears_what_the_verdict_asks_for(string author, string signer, int status, string reply)
    {
        var (exit, output) = Run(await MessageAsync(author, signer), "--pipeline", "--from", $"ann@{signer}");
        Assert.That(exit, Is.EqualTo(status), output);
        Assert.That(output, Does.Contain(reply));
    }

    [Test]
    public async Task Swaks_leaves_in_the_middle_of_the_message_and_nothing_is_stored()
    {
        var before = Server.FilesOf("reader").Length;
        var (_, output) = Run(await MessageAsync("good.example", "good.example"), "--drop-after-send", "DATA");
        Assert.That(output, Does.Contain(" -> DATA").And.Not.Contain("Stored"));
        Assert.That(() => Server.Unfinished(), Is.Empty.After(5000, 50));
        Assert.That(Server.FilesOf("reader"), Has.Length.EqualTo(before));
    }

    private async Task<byte[]> MessageAsync(string author, string signer) => await World.SignAsync(MailWorld.Compose($"ann@{author}", "swaks"), signer);

    private (int Exit, string Output) Run(byte[] message, params string[] arguments)
    {
        var (exit, output, error) = Peer.Run(
            "/usr/bin/swaks",
            ["--server", "127.0.0.1", "--port", Server.Port.ToString(CultureInfo.InvariantCulture), "--ehlo", "client.test", "--to", "reader@receiver.example", "--data", "-", .. arguments],
            message,
            TimeSpan.FromSeconds(60));
        return (exit, Encoding.UTF8.GetString(output) + error);
    }
}
