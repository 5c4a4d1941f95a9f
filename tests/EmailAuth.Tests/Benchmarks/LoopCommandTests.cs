using System.Text.Json;
using EmailAuth.Benchmarks.Loop;
using EmailAuth.Signatures;

namespace EmailAuth.Tests.Benchmarks;

/// <summary>The loop mode of the benchmarks: its arguments, and the lines that programs outside read.</summary>
[NonParallelizable]
public class LoopCommandTests
{
    private const string Session = "192.0.2.150,letters.example.com,letter@example.com";
    private const string Measured = "ops cpu_ns_per_op wall_ns_per_op peak_rss_kb";

    private static readonly string Zone = Repository.PathOf("samples", "zones", "example.zone");
    private static readonly string Letter = Repository.PathOf("samples", "messages", "newsletter.eml");
    private static readonly string Altered = Repository.PathOf("samples", "messages", "newsletter-altered.eml");

    private string _keyFile = "";

    [OneTimeSetUp]
    public void MakeKey()
    {
        _keyFile = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        using var key = SigningKey.GenerateEd25519();
        key.Save(_keyFile);
    }

    [OneTimeTearDown]
    public void RemoveKey() => File.Delete(_keyFile);

    private static async Task<(int Status, string[] Lines, string Error)> RunAsync(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var status = await LoopCommand.RunAsync(args, output, error, TimeSpan.Zero);
        return (status, output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries), error.ToString());
    }

    private static string NamesIn(JsonElement line) => string.Join(' ', line.EnumerateObject().Select(static property => property.Name));

    private async Task<JsonElement> SingleLineAsync(params string[] args)
    {
        var (status, lines, error) = await RunAsync([.. args.Select(argument => argument == "KEY" ? $"{_keyFile},example.com,letter" : argument)]);
        Assert.That((status, lines.Length, error), Is.EqualTo((0, 1, "")));
        var line = JsonDocument.Parse(lines[0]).RootElement;
        Assert.That(line.GetProperty("peer").GetString(), Is.EqualTo("emailauth"));
        return line;
    }

    [TestCase("dkim", "")]
    [TestCase("verdict", Session)]
    [TestCase("sign", "KEY")]
    public async Task A_repeated_mode_prints_what_one_run_took(string mode, string lead)
    {
        string[] args = [mode, Zone, "0.01", .. lead.Length > 0 ? new[] { lead } : [], Letter];
        var line = await SingleLineAsync(args);
        Assert.That(NamesIn(line), Is.EqualTo($"peer message {Measured} verdict"));
        Assert.That(line.GetProperty("message").GetString(), Is.EqualTo("newsletter"));
        Assert.That(line.GetProperty("ops").GetInt64(), Is.Positive);
        Assert.That(line.GetProperty("cpu_ns_per_op").GetInt64(), Is.Positive);
        Assert.That(line.GetProperty("wall_ns_per_op").GetInt64(), Is.Positive);
        Assert.That(line.GetProperty("peak_rss_kb").GetInt64(), Is.GreaterThan(1000));
        Assert.That(line.GetProperty("verdict").GetString(), Is.EqualTo("pass"));
    }

    [TestCase("bare", "floor")]
    [TestCase("mimekit", "mimekit")]
    public async Task What_EmailAuth_is_compared_with_has_its_own_name(string mode, string peer)
    {
        var (status, lines, error) = await RunAsync(mode, Zone, "0.01", Letter);
        Assert.That((status, lines.Length, error), Is.EqualTo((0, 1, "")));
        var line = JsonDocument.Parse(lines[0]).RootElement;
        Assert.That(NamesIn(line), Is.EqualTo($"peer message {Measured} verdict"));
        Assert.That((line.GetProperty("peer").GetString(), line.GetProperty("verdict").GetString()), Is.EqualTo((peer, "pass")));
    }

    [Test]
    public async Task The_mode_spf_prints_the_result()
    {
        var line = await SingleLineAsync("spf", Zone, "0.01", Session);
        Assert.That(NamesIn(line), Is.EqualTo($"peer message {Measured} verdict"));
        Assert.That(line.GetProperty("message").GetString(), Is.EqualTo("spf-5-includes"));
        Assert.That(line.GetProperty("verdict").GetString(), Is.EqualTo("pass"));
    }

    [Test]
    public async Task The_mode_mem_tells_the_memory_before_and_after()
    {
        var line = await SingleLineAsync("mem", Zone, "0", Letter);
        Assert.That(NamesIn(line), Is.EqualTo($"peer message mode input {Measured} base_rss_kb verdict"));
        Assert.That((line.GetProperty("mode").GetString(), line.GetProperty("input").GetString(), line.GetProperty("ops").GetInt32()), Is.EqualTo(("mem", "stream", 1)));
        Assert.That(line.GetProperty("base_rss_kb").GetInt64(), Is.InRange(1, line.GetProperty("peak_rss_kb").GetInt64()));
        Assert.That(line.GetProperty("verdict").GetString(), Is.EqualTo("pass"));
    }

    [TestCase("dkim", "")]
    [TestCase("verdict", Session)]
    [TestCase("sign", "KEY")]
    public async Task The_mode_floor_compares_rounds_of_two(string mode, string lead)
    {
        string[] args = ["floor", Zone, "0.01", mode, .. lead.Length > 0 ? new[] { lead } : [], Letter];
        var line = await SingleLineAsync(args);
        Assert.That(NamesIn(line), Is.EqualTo(
            "peer message mode subject rounds floor_cpu_ns_best floor_cpu_ns_median cpu_ns_best cpu_ns_median ratio_best ratio_median allocated_per_op verdict"));
        Assert.That(line.GetProperty("ratio_best").GetDouble(), Is.Positive);
        Assert.That(line.GetProperty("rounds").GetInt32(), Is.GreaterThanOrEqualTo(3));
    }

    [Test]
    public async Task Each_message_has_its_line_and_a_broken_signature_is_told()
    {
        var (status, lines, _) = await RunAsync("dkim", Zone, "0.01", Letter, Altered);
        Assert.That(status, Is.Zero);
        Assert.That(lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("verdict").GetString()), Is.EqualTo(new[] { "pass", "fail" }));
    }

    [TestCase("too few", "dkim")]
    [TestCase("\"dmarc\" is no mode", "dmarc", "ZONE", "1")]
    [TestCase("no master file \"nowhere.zone\"", "dkim", "nowhere.zone", "1", "LETTER")]
    [TestCase("\"soon\" is no number", "dkim", "ZONE", "soon", "LETTER")]
    [TestCase("\"-1\" is no number", "dkim", "ZONE", "-1", "LETTER")]
    [TestCase("0 in the mode mem only", "dkim", "ZONE", "0", "LETTER")]
    [TestCase("needs message files", "dkim", "ZONE", "1")]
    [TestCase("no message file \"nowhere.eml\"", "dkim", "ZONE", "1", "nowhere.eml")]
    [TestCase("needs IP,HELO,SENDER", "verdict", "ZONE", "1")]
    [TestCase("is not IP,HELO,SENDER", "verdict", "ZONE", "1", "192.0.2.1", "LETTER")]
    [TestCase("\"here\" is no IP address", "spf", "ZONE", "1", "here,a.example,b@example.com")]
    [TestCase("takes no messages", "spf", "ZONE", "1", Session, "LETTER")]
    [TestCase("no key file \"nowhere.pem\"", "sign", "ZONE", "1", "nowhere.pem,example.com,s", "LETTER")]
    [TestCase("takes one message file, not 2", "mem", "ZONE", "0", "LETTER", "LETTER")]
    [TestCase("number of checks", "full", "ZONE", "1.5", "LETTER")]
    [TestCase("needs the mode to compare", "floor", "ZONE", "1", "spf", Session)]
    public async Task Arguments_that_are_wrong_are_told_and_nothing_is_printed(string expected, params string[] args)
    {
        var (status, lines, error) = await RunAsync([.. args.Select(argument => argument switch { "ZONE" => Zone, "LETTER" => Letter, _ => argument })]);
        Assert.That((status, lines.Length), Is.EqualTo((2, 0)));
        Assert.That(error, Does.StartWith("loop: ").And.Contain(expected));
    }
}
