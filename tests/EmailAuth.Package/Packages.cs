using System.IO.Compression;
using System.Xml.Linq;

namespace EmailAuth.Package;

/// <summary>
/// The packages as they were packed, in the folder that EMAILAUTH_PACKAGES names. Where it names none, the tests are ignored with that reason, and fail where the
/// environment says EMAILAUTH_PEERS=required.
/// </summary>
internal static class Packages
{
    public static string Folder
    {
        get
        {
            if (Environment.GetEnvironmentVariable("EMAILAUTH_PACKAGES") is { Length: > 0 } folder)
                return folder;
            const string reason = "EMAILAUTH_PACKAGES names no folder of packages. To run these tests: .ci/pack, and set it to the path of artifacts/packages.";
            if (Environment.GetEnvironmentVariable("EMAILAUTH_PEERS") == "required")
                Assert.Fail(reason);
            Assert.Ignore(reason);
            return "";
        }
    }

    /// <summary>The version of all of them.</summary>
    public static string Version => Path.GetFileNameWithoutExtension(PathOf("EmailAuth", ".nupkg"))["EmailAuth.".Length..];

    public static ZipArchive Open(string id, string extension = ".nupkg") => ZipFile.OpenRead(PathOf(id, extension));

    public static XElement Metadata(this ZipArchive package)
    {
        using var stream = package.Entries.Single(entry => entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
        var root = XDocument.Load(stream).Root!;
        return root.Element(root.Name.Namespace + "metadata")!;
    }

    public static XElement? Child(this XElement metadata, string name) => metadata.Element(metadata.Name.Namespace + name);

    public static byte[] Read(this ZipArchive package, string name)
    {
        using var stream = package.GetEntry(name)!.Open();
        using var octets = new MemoryStream();
        stream.CopyTo(octets);
        return octets.ToArray();
    }

    private static string PathOf(string id, string extension)
    {
        // The version begins with a digit, the rest of a longer id does not.
        var found = Directory.GetFiles(Folder, $"{id}.*{extension}").Where(path => char.IsAsciiDigit(Path.GetFileName(path)[id.Length + 1])).ToList();
        Assert.That(found, Has.Count.EqualTo(1), $"one package of {id} in {Folder}");
        return found[0];
    }
}
