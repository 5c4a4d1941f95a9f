using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using EmailAuth.Tests;

namespace EmailAuth.Samples.Tests;

public sealed class BatchAuditTests
{
    private AuditRun _run = null!;
    private XElement _page = null!;

    [OneTimeSetUp]
    public async Task Run()
    {
        _run = await AuditRun.OfSamplesAsync();
        _page = _run.Read();
    }

    [OneTimeTearDown]
    public void TearDown() => _run.Dispose();

    [Test]
    public void The_figures_are_those_of_the_samples() =>
        Assert.That(_page.OfClass("figures").Single().Elements().Select(figure => (string)figure.Attribute("class")! + ": " + string.Join(' ', figure.Elements().Select(part => part.Value))), Is.EqualTo((string[])
        [
            "faint: 8 messages from 4 author domains",
            "good: 4 authentic 50 % are proven to be from the domain in From",
            "bad: 2 to be refused the owner of the domain asks to reject them",
            "doubtful: 1 to be quarantined the owner asks to treat them as suspicious",
            "faint: 0 undecided 0 temporary errors, 0 unread",
        ]));

    [Test]
    public void Dispositions_are_counted() =>
        Assert.That(Rows("dispositions"), Is.EqualTo((string[])["nothing|5|62.5 %", "quarantine|1|12.5 %", "rejection|2|25 %"]));

    [Test]
    public void Results_are_counted_by_protocol() =>
        Assert.That(_page.Section("protocols").Descendants("tbody").Single().Elements().Select(row => row.Element("th")!.Value + ": " + string.Join(", ", row.Descendants("li").Select(part => part.Value))), Is.EqualTo((string[])
        [
            "DMARC: pass 4, fail 3, none 1",
            "SPF: pass 5, fail 2, none 1",
            "DKIM: pass 5, fail 1, none 2",
            "ARC: none 8",
        ]));

    [Test]
    public void Pass_rates_are_told_by_domain() =>
        Assert.That(Rows("domains"), Is.EqualTo((string[])["example.com||60 %|5", "mail.example.com||100 %|1", "news.eu.shop.example||0 %|1", "plain.example||0 %|1"]));

    [Test]
    public void The_most_frequent_reasons_stand_first()
    {
        Assert.That(Rows("reasons")[..3], Is.EquivalentTo((string[])["no signatureDKIM none||2", "no identifier alignedDMARC fail||2", "no term but -all matchedSPF fail||2"]));
        Assert.That(Rows("reasons")[3..], Does.Contain("body hashDKIM fail||1").And.Contain("no recordDMARC none||1"));
    }

    [Test]
    public void Every_message_is_listed_with_its_verdict_and_a_paragraph_the_most_worrying_first()
    {
        var expected = JsonDocument.Parse(File.ReadAllText(Repository.PathOf("samples", "messages", "expected.json"))).RootElement.EnumerateArray().ToDictionary(sample => sample.GetProperty("file").GetString()!);
        var rows = _page.Section("messages").Descendants("tbody").Single().Elements().ToList();
        Assert.That(rows, Has.Count.EqualTo(expected.Count * 2));
        for (var i = 0; i < rows.Count; i += 2)
        {
            var sample = expected[rows[i].Descendants("code").Single().Value];
            var dkim = sample.GetProperty("dkim").EnumerateArray().Select(result => result.GetString()).ToList();
            Assert.That(rows[i].Cells()[2..], Is.EqualTo((string?[])
            [
                sample.GetProperty("dmarc").GetString(),
                sample.GetProperty("spf").GetString(),
                dkim.Contains("pass") ? "pass" : dkim.FirstOrDefault() ?? "none",
                "none",
                sample.GetProperty("disposition").GetString() is var asked && asked == "none" ? "nothing" : asked,
            ]));
            Assert.That(rows[i + 1].Descendants("p").Single().Value, Does.Contain("SPF is ").And.Length.GreaterThan(100));
        }
        Assert.That(rows.Where(row => row.Descendants("code").Any()).Select(row => (string)row.Attribute("class")!), Is.EqualTo((string[])["refused", "refused", "refused", "doubt", "authentic", "authentic", "authentic", "authentic"]));
        Assert.That(rows[0].Descendants("strong").Single().Value, Is.EqualTo("The garden letter, autumn edition"));
    }

    [Test]
    public void It_is_one_file_that_runs_nothing_and_asks_for_nothing()
    {
        var elements = _page.DescendantsAndSelf().Select(element => element.Name.LocalName).ToHashSet();
        Assert.That(elements, Does.Not.Contain("script").And.Not.Contain("img").And.Not.Contain("link").And.Not.Contain("iframe").And.Not.Contain("form"));
        Assert.That(_page.DescendantsAndSelf().Attributes().Where(attribute => attribute.Name.LocalName is "src" or "style" or "action" or "xlink" || attribute.Name.LocalName.StartsWith("on", StringComparison.OrdinalIgnoreCase)), Is.Empty);
        Assert.That(_page.Descendants().Attributes("href").Select(attribute => attribute.Value), Is.EqualTo((string[])["#messages"]));
        var sheet = _page.Descendants("style").Single().Value;
        Assert.That(sheet, Does.Not.Contain("url(").And.Not.Contain("@import"));
        // CSP Level 3 §6.7.2.3: the hash is that of the element's text.
        var policy = (string)_page.Descendants("meta").Single(meta => (string?)meta.Attribute("http-equiv") == "Content-Security-Policy").Attribute("content")!;
        Assert.That(policy, Is.EqualTo($"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(sheet)))}'; base-uri 'none'; form-action 'none'"));
    }

    [Test]
    public void It_can_be_read_without_seeing_it()
    {
        Assert.That((string?)_page.Attribute("lang"), Is.EqualTo("en"));
        Assert.That(_page.Descendants("title").Single().Value, Is.Not.Empty);
        Assert.That(_page.Descendants("h1").Count(), Is.EqualTo(1));
        Assert.That(_page.Descendants("svg").Select(drawing => (string?)drawing.Attribute("aria-hidden")), Is.All.EqualTo("true"), "the words stand beside each drawing");
        foreach (var section in _page.Descendants("section"))
            Assert.That(section.Descendants("h2").Select(heading => (string?)heading.Attribute("id")), Is.EqualTo((string?[])[(string?)section.Attribute("aria-labelledby")]));
        Assert.That(_page.Descendants("th").Attributes("scope").Count(), Is.EqualTo(_page.Descendants("th").Count()));
        Assert.That(_page.Descendants("label").Select(label => (string?)label.Attribute("for")), Is.EqualTo(_page.Descendants("input").Select(input => (string?)input.Attribute("id"))));
    }

    [Test]
    public void The_terminal_gets_a_table_and_no_control_characters_where_it_is_none()
    {
        Assert.That(_run.Output, Does.Contain("example.com").And.Contain("8 messages: 4 authentic, 2 to reject, 1 to quarantine"));
        Assert.That(_run.Output, Does.Not.Contain("SPF was not checked"));
        Assert.That(_run.Output, Does.Not.Contain('\e').And.Not.Contain('\r'));
    }

    private string[] Rows(string section) => [.. _page.Section(section).Descendants("tbody").Single().Elements().Select(row => string.Join('|', row.Cells()))];
}
