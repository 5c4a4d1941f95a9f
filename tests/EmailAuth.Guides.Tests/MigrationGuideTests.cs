using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using EmailAuth.Conformance.Peers;

namespace EmailAuth.Guides.Tests;

/// <summary>The names of others' settings are theirs, and those of ours are ours.</summary>
public partial class MigrationGuideTests
{
    private static readonly Page Guide = Page.Guide("migration");

    /// <summary>opendkim holds the names that it reads as text, of which one may be the end of another; it ignores their case.</summary>
    [Test]
    public void OpenDKIM_knows_each_of_its_settings()
    {
        Peer.Require("opendkim", "/usr/sbin/opendkim", "-V");
        var program = Encoding.Latin1.GetString(File.ReadAllBytes("/usr/sbin/opendkim"));
        var names = Guide.Table("From OpenDKIM").SelectMany(static row => Names(row[0])).ToList();
        Assert.That(names, Has.Count.GreaterThan(50));
        Assert.That(names.Where(name => !program.Contains($"{name}\0", StringComparison.OrdinalIgnoreCase)), Is.Empty);
    }

    /// <summary>What stands as Type.Member in the right column of a table, or alone as the member of one of these types.</summary>
    [Test]
    public void What_takes_their_place_is_there()
    {
        var types = new[] { typeof(EmailAuthenticator).Assembly, typeof(Hosting.EmailAuthServices).Assembly, typeof(EmailAuth.MimeKit.MimeMessageExtensions).Assembly }
            .SelectMany(static assembly => assembly.GetExportedTypes()).ToList();
        var members = types.SelectMany(static type => type.GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static)).Select(static member => member.Name).ToHashSet();
        var missing =
            from heading in new[] { "From MimeKit's verifier", "From OpenDKIM", "From OpenDMARC" }
            from row in Guide.Table(heading)
            from name in Names(row[1])
            where Qualified().IsMatch(name)
            let parts = name.Split('(')[0].Split('.')
            where parts.Length == 2
                ? !types.Any(type => type.Name == parts[0] && type.GetMember(parts[1]).Length > 0) && parts[0] is not ("signer" or "result")
                : !types.Any(type => type.Name == parts[0]) && !members.Contains(parts[0])
            select name;
        Assert.That(missing, Is.Empty);
    }

    private static IEnumerable<string> Names(string cell) => Code().Matches(cell).Select(static match => match.Groups[1].Value);

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"^[A-Z][A-Za-z]+(\.[A-Z][A-Za-z]+)?(\(.*\))?$")]
    private static partial Regex Qualified();
}
