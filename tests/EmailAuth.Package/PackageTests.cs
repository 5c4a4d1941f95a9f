using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;
using EmailAuth.Tests;

namespace EmailAuth.Package;

/// <summary>What is in the packages: what a gallery shows of them, what they bring along, and what a debugger needs.</summary>
public class PackageTests
{
    private static readonly string[] Ids = ["EmailAuth", "EmailAuth.Hosting", "EmailAuth.MimeKit", "EmailAuth.Cli"];
    private static readonly string[] Libraries = ["EmailAuth", "EmailAuth.Hosting", "EmailAuth.MimeKit"];

    // The kind of a debug record that holds Source Link, by the format of portable symbols.
    private static readonly Guid SourceLink = new("CC110556-A091-4D38-9FEC-25AB9A351A6A");

    [TestCaseSource(nameof(Ids))]
    public void A_gallery_can_show_it(string id)
    {
        using var package = Packages.Open(id);
        var metadata = package.Metadata();
        Assert.That(metadata.Child("id")!.Value, Is.EqualTo(id));
        Assert.That(metadata.Child("version")!.Value, Is.EqualTo(Packages.Version));
        Assert.That(metadata.Child("license")!.Value, Is.EqualTo("MIT"));
        Assert.That(metadata.Child("license")!.Attribute("type")!.Value, Is.EqualTo("expression"));
        Assert.That(metadata.Child("description")!.Value, Has.Length.GreaterThan(60));
        Assert.That(metadata.Child("tags")!.Value.Split(' '), Does.Contain("dkim").And.Contain("spf").And.Contain("dmarc"));
        Assert.That(Lines(metadata.Child("releaseNotes")!.Value), Is.EqualTo(Lines(TopmostChapter())));
        Assert.That(metadata.Child("repository")!.Attribute("commit")!.Value, Does.Match("^[0-9a-f]{40}$"));
        Assert.That(Encoding.UTF8.GetString(package.Read(metadata.Child("readme")!.Value)), Does.StartWith("# "));
        Assert.That(package.Read(metadata.Child("icon")!.Value)[..8], Is.EqualTo(new byte[] { 0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10 }));
    }

    /// <summary>Of the change log, without its heading: what is new since the last release.</summary>
    private static string TopmostChapter()
    {
        var chapters = File.ReadAllText(Repository.PathOf(".github", "CHANGELOG.md")).Split("\n## ");
        return chapters[1][chapters[1].IndexOf('\n', StringComparison.Ordinal)..];
    }

    private static IEnumerable<string> Lines(string text) => text.Trim().Split('\n').Select(static line => line.TrimEnd());

    [TestCase("EmailAuth", "BitFaster.Caching BouncyCastle.Cryptography DnsClient")]
    [TestCase("EmailAuth.MimeKit", "EmailAuth MimeKit")]
    [TestCase("EmailAuth.Hosting",
        "EmailAuth Microsoft.Extensions.Caching.Abstractions Microsoft.Extensions.Configuration.Abstractions Microsoft.Extensions.DependencyInjection.Abstractions "
        + "Microsoft.Extensions.Diagnostics.HealthChecks Microsoft.Extensions.Logging.Abstractions Microsoft.Extensions.Options")]
    public void It_brings_along_what_it_needs_and_no_more(string id, string dependencies)
    {
        using var package = Packages.Open(id);
        var group = package.Metadata().Child("dependencies")!.Elements().Single();
        Assert.That(group.Attribute("targetFramework")!.Value, Is.EqualTo("net10.0"));
        Assert.That(string.Join(' ', group.Elements().Select(dependency => dependency.Attribute("id")!.Value).Order(StringComparer.Ordinal)), Is.EqualTo(dependencies));
    }

    [TestCaseSource(nameof(Libraries))]
    public void It_holds_the_assembly_and_its_documentation_and_nothing_else(string id)
    {
        using var package = Packages.Open(id);
        var files = package.Entries.Select(entry => entry.FullName).Where(name => name.StartsWith("lib/", StringComparison.Ordinal) || name.Contains("build", StringComparison.Ordinal));
        Assert.That(files, Is.EquivalentTo(new[] { $"lib/net10.0/{id}.dll", $"lib/net10.0/{id}.xml" }));
        Assert.That(Encoding.UTF8.GetString(package.Read($"lib/net10.0/{id}.xml")), Does.Contain($"<name>{id}</name>"));
    }

    [Test]
    public void The_command_is_a_tool_of_the_name_emailauth()
    {
        using var package = Packages.Open("EmailAuth.Cli");
        Assert.That(package.Metadata().Child("packageTypes")!.Elements().Single().Attribute("name")!.Value, Is.EqualTo("DotnetTool"));
        var settings = Encoding.UTF8.GetString(package.Read("tools/net10.0/any/DotnetToolSettings.xml"));
        Assert.That(settings, Does.Contain("Name=\"emailauth\"").And.Contain("EntryPoint=\"EmailAuth.Cli.dll\""));
    }

    [TestCaseSource(nameof(Libraries))]
    public void The_assembly_is_deterministic_and_may_be_trimmed(string id)
    {
        using var package = Packages.Open(id);
        using var reader = new PEReader([.. package.Read($"lib/net10.0/{id}.dll")]);
        Assert.That(reader.ReadDebugDirectory().Select(entry => entry.Type), Does.Contain(DebugDirectoryEntryType.Reproducible));
        var metadata = reader.GetMetadataReader();
        var texts = metadata.GetAssemblyDefinition().GetCustomAttributes()
            .Select(handle => metadata.GetBlobReader(metadata.GetCustomAttribute(handle).Value))
            .Select(blob => Encoding.UTF8.GetString(blob.ReadBytes(blob.Length)));
        Assert.That(texts, Has.Some.Contains("IsTrimmable").And.Some.Contains("IsAotCompatible"));
    }

    [TestCaseSource(nameof(Libraries))]
    public void A_debugger_finds_the_sources(string id)
    {
        using var package = Packages.Open(id, ".snupkg");
        var pdb = package.Read($"lib/net10.0/{id}.pdb");
        using var provider = MetadataReaderProvider.FromPortablePdbImage([.. pdb]);
        var reader = provider.GetMetadataReader();
        var links = reader.CustomDebugInformation.Select(reader.GetCustomDebugInformation).Where(information => reader.GetGuid(information.Kind) == SourceLink).ToList();
        Assert.That(links, Has.Count.EqualTo(1), "Source Link");
        Assert.That(Encoding.UTF8.GetString(reader.GetBlobBytes(links[0].Value)), Does.Contain("\"/_/*\":\"https://"));
        // Documents are named from the root of the repository, not by a path of the machine that built.
        Assert.That(reader.Documents.Select(handle => reader.GetString(reader.GetDocument(handle).Name)), Has.All.StartsWith("/_/"));
    }
}
