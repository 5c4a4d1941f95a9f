using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace EmailAuth.Samples.Tests;

/// <summary>One run of samples/BatchAudit in a folder of its own, and the report that it wrote.</summary>
internal sealed class AuditRun : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("emailauth-audit-").FullName;

    public string ReportFile => Path.Combine(Folder, "report.html");

    public string Report => File.ReadAllText(ReportFile);

    public string Output { get; private set; } = "";

    public static async Task<AuditRun> OfSamplesAsync()
    {
        var run = new AuditRun();
        await run.StartAsync("samples/messages", "--zone", "samples/zones/example.zone", "--sessions", "samples/messages/expected.json");
        return run;
    }

    /// <summary>A message to be audited.</summary>
    public void Write(string name, string text)
    {
        var path = Path.Combine(Folder, "mail", name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, Encoding.UTF8.GetBytes(text));
    }

    public string Mail => Path.Combine(Folder, "mail");

    public async Task StartAsync(params string[] arguments)
    {
        var (status, output, error) = await SampleProgram.RunAsync("BatchAudit", [.. arguments, "--report", ReportFile]);
        Assert.That((status, error), Is.EqualTo((0, "")), output);
        Output = output;
    }

    /// <summary>The report as XML, which it is, so that there can be no doubt of what is markup and what is text.</summary>
    public XElement Read()
    {
        using var reader = XmlReader.Create(new StringReader(Report), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
        return XDocument.Load(reader).Root!;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}

internal static class ReportElements
{
    public static IEnumerable<XElement> OfClass(this XElement element, string name) =>
        element.Descendants().Where(inner => ((string?)inner.Attribute("class") ?? "").Split(' ').Contains(name));

    /// <summary>The section with this id.</summary>
    public static XElement Section(this XElement page, string id) => page.Descendants("section").Single(section => (string?)section.Attribute("aria-labelledby") == id);

    /// <summary>The texts of a row's cells.</summary>
    public static string[] Cells(this XElement row) => [.. row.Elements().Select(cell => cell.Value)];
}
