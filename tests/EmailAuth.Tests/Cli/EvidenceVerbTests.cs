using EmailAuth.Cli.CommandLine;

namespace EmailAuth.Tests.Cli;

/// <summary><c>emailauth verify --explain</c>, <c>--capsule</c> and <c>--shadow</c>, and <c>emailauth replay</c>.</summary>
public class EvidenceVerbTests
{
    private static string Sample(string name) => Repository.PathOf("samples", "messages", name);

    private static string[] Spoofed(params string[] more) =>
    [
        "verify", Sample("spoofed-from.eml"), "--zone", Repository.PathOf("samples", "zones", "example.zone"), "--ip", "203.0.113.66", "--helo", "mailer.attacker.example",
        "--mail-from", "bounce@attacker.example", .. more,
    ];

    [Test]
    public async Task The_steps_are_told_as_text()
    {
        var run = await CommandRun.OfAsync(Spoofed("--explain"));
        Assert.That(run.Status, Is.EqualTo(ExitStatus.Refused), run.Error);
        Assert.That(run.Output, Does.Contain("  => fail, disposition reject").And.Contain("[RFC 9989 §5.3.5").And.Contain("_dmarc.example.com TXT: \"v=DMARC1")
            .And.Contain("Nothing proves that the message is from example.com"));
    }

    [Test]
    public async Task The_steps_are_told_as_json()
    {
        var run = await CommandRun.OfAsync(Spoofed("--explain", "--json"));
        var explanation = run.Json.GetProperty("explanation");
        Assert.That(explanation.GetProperty("evidence").GetBoolean(), Is.True);
        Assert.That(explanation.GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("method").GetString()), Is.EqualTo(new[] { "spf", "helo", "dkim", "arc", "dmarc", "iprev" }));
        Assert.That((await CommandRun.OfAsync(Spoofed("--json"))).Json.TryGetProperty("explanation", out _), Is.False);
    }

    [TestCase]
    [TestCase("--hash-local-parts")]
    public async Task A_capsule_is_replayed(params string[] more)
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "verdict.ecap");
        var verified = await CommandRun.OfAsync(Spoofed(["--json", "--capsule", file, .. more]));
        Assert.That(verified.Status, Is.EqualTo(ExitStatus.Refused), verified.Error);
        var replayed = await CommandRun.OfAsync("replay", file, "--json");
        Assert.That(replayed.Status, Is.EqualTo(verified.Status), replayed.Error);
        Assert.That(replayed.Json.GetProperty("replay").GetProperty("equal").GetBoolean(), Is.True);
        Assert.That(replayed.Json.GetProperty("replay").GetProperty("hashedLocalParts").GetBoolean(), Is.EqualTo(more.Length > 0));
        foreach (var member in (string[])["dkim", "arc", "dmarc", "dnsQueries"])
            Assert.That(replayed.Json.GetProperty(member).GetRawText(), Is.EqualTo(verified.Json.GetProperty(member).GetRawText()));
        var text = await CommandRun.OfAsync("replay", file, "--explain");
        Assert.That(text.Output, Does.Contain("Replay  equal").And.Contain("=> fail, disposition reject"));
        Assert.That(text.Output.Contains("are pseudonyms", StringComparison.Ordinal), Is.EqualTo(more.Length > 0));
        if (!OperatingSystem.IsWindows())
            Assert.That(File.GetUnixFileMode(file), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [TestCase]
    [TestCase("--hash-local-parts")]
    public async Task A_capsule_is_judged_by_other_settings_as_the_message_was(params string[] more)
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "verdict.ecap");
        string[] shadows = ["--shadow", "strict=min-rsa=4096", "--shadow", "same=tree-walk"];
        var verified = await CommandRun.OfAsync(Spoofed(["--json", .. shadows]));
        await CommandRun.OfAsync(Spoofed(["--capsule", file, .. more]));
        var replayed = await CommandRun.OfAsync(["replay", file, "--json", .. shadows]);
        Assert.That(replayed.Status, Is.EqualTo(ExitStatus.Refused), replayed.Error);
        Assert.That(replayed.Json.GetProperty("replay").GetProperty("equal").GetBoolean(), Is.True);
        Assert.That(replayed.Json.GetProperty("shadows")[0].GetProperty("disagrees").GetBoolean(), Is.True);
        Assert.That(replayed.Json.GetProperty("shadows")[1].GetProperty("disagrees").GetBoolean(), Is.False);
        if (more.Length == 0)
            Assert.That(replayed.Json.GetProperty("shadows").GetRawText(), Is.EqualTo(verified.Json.GetProperty("shadows").GetRawText()));
        var text = await CommandRun.OfAsync(["replay", file, .. shadows]);
        Assert.That(text.Output, Does.Contain("  Shadow  differs   strict: DKIM policy instead of pass").And.Contain("  Shadow  same      same: decides the same"));
        (await CommandRun.OfAsync("replay", file, "--shadow", "strict")).AssertFailed(ExitStatus.Usage, "is not fit");
        Assert.That((await CommandRun.OfAsync("replay", file, "--json")).Json.TryGetProperty("shadows", out _), Is.False);
    }

    [Test]
    public async Task What_is_decided_otherwise_is_told_member_by_member()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "verdict.ecap");
        await CommandRun.OfAsync(Spoofed("--capsule", file));
        Assert.That(VerificationCapsule.TryRead(File.ReadAllBytes(file), out var capsule), Is.True);
        // What an earlier version may have recorded.
        var other = new VerificationCapsule(capsule!.Evidence, [.. capsule.Verdict.Select(member => member.Path == "dmarc.status" ? member with { Value = "Pass" } : member)]);
        File.WriteAllBytes(file, other.ToArray());
        var run = await CommandRun.OfAsync("replay", file);
        Assert.That(run.Status, Is.EqualTo(ExitStatus.Differs));
        Assert.That(run.Output, Does.Contain("Replay  differs").And.Contain("dmarc.status: recorded pass, now fail").And.Contain("in 1 member: the code or the capsule was changed since"));
        var difference = (await CommandRun.OfAsync("replay", file, "--json")).Json.GetProperty("replay").GetProperty("differences")[0];
        Assert.That((difference.GetProperty("member").GetString(), difference.GetProperty("recorded").GetString(), difference.GetProperty("now").GetString()), Is.EqualTo(("dmarc.status", "pass", "fail")));
    }

    [Test]
    public async Task Shadows_stand_beside_the_verdict()
    {
        var run = await CommandRun.OfAsync(Spoofed("--json", "--shadow", "strict=min-rsa=4096,one-author", "--shadow", "same=tree-walk"));
        var shadows = run.Json.GetProperty("shadows").EnumerateArray().ToList();
        Assert.That(shadows.Select(shadow => (shadow.GetProperty("name").GetString(), shadow.GetProperty("disagrees").GetBoolean())), Is.EqualTo(new[] { ("strict", true), ("same", false) }));
        Assert.That((await CommandRun.OfAsync(Spoofed("--shadow", "strict=min-rsa=4096"))).Output, Does.Contain("Shadow  differs   strict: DKIM policy instead of pass: the RSA key has 2048 bits; at least 4096").And.Not.Contain("DMARC fail instead"));
        var difference = shadows[0].GetProperty("differences").EnumerateArray().Single(one => one.GetProperty("member").GetString() == "dkimStatus");
        Assert.That((difference.GetProperty("main").GetString(), difference.GetProperty("shadow").GetString()), Is.EqualTo(("pass", "policy")));
    }

    [Test]
    public async Task Several_files_tell_where_a_shadow_differs()
    {
        var run = await CommandRun.OfAsync(Spoofed(Sample("bounce.eml"), "--shadow", "strict=min-rsa=4096"));
        Assert.That(run.Output, Does.Match("shadow strict: [12] judged otherwise\n  strict differs at .*spoofed-from\\.eml: DKIM policy instead of pass: "));
    }

    [TestCase("exclude each other", "--headers", "--shadow", "strict=min-rsa=4096")]
    [TestCase("is given twice", "--shadow", "a=one-author", "--shadow", "a=min-rsa=4096")]
    [TestCase("comes after another of its kind", "--shadow", "a=min-rsa=2048,min-rsa=4096")]
    [TestCase("no settings", "--shadow", "strict")]
    [TestCase("is no setting", "--shadow", "strict=unknown")]
    [TestCase("is not fit", "--shadow", "strict=min-rsa=12")]
    [TestCase("exclude each other", "--explain", "--headers")]
    [TestCase("--capsule", "--hash-local-parts")]
    public async Task Bad_usage_says_what_would_be_right(string said, params string[] more)
    {
        var run = await CommandRun.OfAsync(Spoofed(more));
        run.AssertFailed(ExitStatus.Usage, said == "no settings" ? "right would be" : said);
    }

    [Test]
    public async Task What_is_no_capsule_is_an_input_that_cannot_be_read()
    {
        (await CommandRun.OfAsync("replay", Sample("bounce.eml"))).AssertFailed(ExitStatus.NoInput, "is no capsule");
        (await CommandRun.OfAsync("replay", "/nowhere/at/all")).AssertFailed(ExitStatus.NoInput, "no such file");
        (await CommandRun.OfAsync(["replay"], [1, 2, 3])).AssertFailed(ExitStatus.NoInput, "is no capsule");
        (await CommandRun.OfAsync(["replay"], [])).AssertFailed(ExitStatus.NoInput, "is empty");
        (await CommandRun.OfAsync(["replay"], [.. "ECAP"u8, 1, 2])).AssertFailed(ExitStatus.NoInput, "damaged or cut short");
    }

    [Test]
    public async Task A_capsule_that_cannot_be_written_says_so_before_anything_is_judged()
    {
        using var folder = new TemporaryFolder();
        foreach (var (file, said) in (IEnumerable<(string, string)>)[("/nowhere/at/all", "there is no folder"), (folder.Path, "it is a folder")])
        {
            var run = await CommandRun.OfAsync(Spoofed("--capsule", file));
            run.AssertFailed(ExitStatus.NoOutput, said);
            Assert.That(run.Output, Is.Empty);
        }
        (await CommandRun.OfAsync(Spoofed("--capsule", "-"))).AssertFailed(ExitStatus.Usage, "right would be the name of a new file");
    }

    [Test]
    public async Task A_capsule_is_never_written_over_a_file_nor_through_a_link()
    {
        using var folder = new TemporaryFolder();
        var mail = Path.Combine(folder.Path, "mail.eml");
        File.Copy(Sample("spoofed-from.eml"), mail);
        var before = File.ReadAllBytes(mail);
        (await CommandRun.OfAsync("verify", mail, "--capsule", mail, "--zone", Repository.PathOf("samples", "zones", "example.zone"))).AssertFailed(ExitStatus.NoOutput, "it exists, and no capsule is ever written over a file");
        Assert.That(File.ReadAllBytes(mail), Is.EqualTo(before));
        if (OperatingSystem.IsWindows())
            return;
        var (link, target) = (Path.Combine(folder.Path, "link"), Path.Combine(folder.Path, "target"));
        File.CreateSymbolicLink(link, target);
        (await CommandRun.OfAsync(Spoofed("--capsule", link))).AssertFailed(ExitStatus.NoOutput, "it exists");
        Assert.That(File.Exists(target), Is.False);
    }
}
