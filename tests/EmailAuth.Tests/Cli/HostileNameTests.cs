using System.Text;
using System.Text.RegularExpressions;
using EmailAuth.Cli.CommandLine;
using EmailAuth.Cli.Output;

namespace EmailAuth.Tests.Cli;

/// <summary>Names of files come from others, too: an archive, a mail, a mailbox. None of them moves anything on the terminal.</summary>
[Platform(Exclude = "Win", Reason = "Such names are those of Unix.")]
public class HostileNameTests
{
    /// <summary>Clears the screen, sets the title, turns the direction, hides a line, rings, and is CSI in one character.</summary>
    private const string Name = "a\e[2J\e]0;pwned\a\u202Eb\r\n\u009B31m\u0085\u2028\b.eml";

    private TemporaryFolder _folder = null!;
    private string _hostile = null!;
    private string _zone = null!;

    [OneTimeSetUp]
    public void SetUp()
    {
        _folder = new TemporaryFolder();
        _hostile = Path.Combine(_folder.Path, Name);
        _zone = _folder.Write("zone", "");
        File.WriteAllText(_hostile, "From: a@example.com\r\n\r\nbody\r\n");
    }

    [OneTimeTearDown]
    public void Clean() => _folder.Dispose();

    private string Fill(string word) => word switch
    {
        "HOSTILE" => _hostile,
        "ABSENT" => _hostile + "x",
        "FOLDER" => Path.Combine(_folder.Path, "\e[31m", "x"),
        "ZONE" => _zone,
        _ => word,
    };

    [TestCase("verify HOSTILE --zone ZONE")]
    [TestCase("verify HOSTILE HOSTILE --zone ZONE", "\\x9B31m")]
    [TestCase("verify HOSTILE ABSENT --zone ZONE", "there is no such file")]
    [TestCase("verify HOSTILE ABSENT --zone ZONE --json")]
    [TestCase("verify ABSENT --zone ZONE", "there is no such file")]
    [TestCase("verify HOSTILE --zone HOSTILE", "a\\x1B[2J")]
    [TestCase("verify HOSTILE --zone ABSENT", "there is no such file")]
    [TestCase("verify HOSTILE --zone ZONE --capsule HOSTILE", "it exists")]
    [TestCase("verify HOSTILE --zone ZONE --capsule FOLDER", "there is no folder")]
    [TestCase("verify HOSTILE --zone ZONE --public-suffix-list ABSENT", "there is no such file")]
    [TestCase("replay HOSTILE", "is no capsule")]
    [TestCase("replay ABSENT", "there is no such file")]
    [TestCase("dkim sign HOSTILE --domain example.com --selector s --key HOSTILE", "holds no key")]
    [TestCase("dkim keygen --out HOSTILE", "it exists")]
    [TestCase("dmarc HOSTILE", "is not a domain name")]
    [TestCase("lint --type HOSTILE x", "is not known")]
    [TestCase("lint --type spf HOSTILE")]
    [TestCase("completion HOSTILE", "is no shell")]
    [TestCase("HOSTILE", "there is no verb")]
    [TestCase("man HOSTILE", "is one too many")]
    public async Task It_is_spelled_out_on_a_terminal(string line, string? said = null)
    {
        using var output = new MemoryStream();
        using var error = new MemoryStream();
        var io = new CommandIo(Stream.Null, output, error) { OutputIsTerminal = true, ErrorIsTerminal = true };
        await EmailAuthCommand.RunAsync([.. line.Split(' ').Select(Fill)], io);
        var shown = Encoding.UTF8.GetString(output.ToArray()) + Encoding.UTF8.GetString(error.ToArray());
        if (said is not null)
            Assert.That(shown, Does.Contain(said));
        // Its own colours, and what the progress bar does: the cursor out of sight, up, and lines cleared.
        var plain = Regex.Replace(shown, "\e\\[([0-9;]*m|\\?25[hl]|[0-9]*A|2?K)|\r", "");
        Assert.That(plain.Where(character => char.IsControl(character) && character != '\n'), Is.Empty, plain);
        Assert.That(plain, Does.Not.Contain('\u2028').And.Not.Contain('\u202E'));
    }

    [Test]
    public async Task A_document_has_it_as_escapes_that_are_the_same_when_they_are_parsed()
    {
        // Of each plane, seen and not seen: only what is not seen leaves as an escape.
        foreach (var text in (string[])["\u202E", "\u2066x\u2069", "\u00AD", "\u061C", "\uFEFF", "\U000E0001", "é", "漢\u200B字\u200D", "x"])
        {
            using var output = new MemoryStream();
            JsonOutput.Write(new CommandIo(Stream.Null, output, Stream.Null), json => json.WriteStringValue(text));
            var document = Encoding.UTF8.GetString(output.ToArray());
            Assert.That(document.EnumerateRunes().Where(rune => Rune.GetUnicodeCategory(rune) == System.Globalization.UnicodeCategory.Format), Is.Empty, document);
            Assert.That(System.Text.Json.JsonDocument.Parse(document).RootElement.GetString(), Is.EqualTo(text));
            Assert.That(document.Contains('\\', StringComparison.Ordinal), Is.EqualTo(text is not ("é" or "x")), document);
        }
        var run = await CommandRun.OfAsync("verify", _hostile, _hostile, "--zone", _zone, "--json");
        Assert.That(run.Output, Does.Contain("\\u202E").And.Not.Contain('\u202E'));
        Assert.That(run.Json.EnumerateArray().Select(file => file.GetProperty("file").GetString()), Is.EqualTo((string[])[_hostile, _hostile]));
    }
}
