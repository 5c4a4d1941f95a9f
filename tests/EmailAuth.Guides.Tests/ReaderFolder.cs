using EmailAuth.Tests;

namespace EmailAuth.Guides.Tests;

/// <summary>A folder as a reader has it before him: a copy of the samples' messages and zone, and whatever earlier blocks of the page left there.</summary>
internal sealed class ReaderFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("emailauth-guide-");

    public ReaderFolder()
    {
        foreach (var part in new[] { "messages", "zones" })
        {
            var target = Directory.CreateDirectory(PathOf("samples", part)).FullName;
            foreach (var file in Directory.EnumerateFiles(Repository.PathOf("samples", part)))
                File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
        }
        // The names that the packages' pages use.
        foreach (var name in new[] { "newsletter.eml", "message.eml", "incoming.eml" })
            File.Copy(PathOf("samples", "messages", "newsletter.eml"), PathOf(name));
        File.Copy(PathOf("samples", "messages", "unprotected.eml"), PathOf("outgoing.eml"));
    }

    public string Root => _folder.FullName;

    public string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    public void Dispose() => _folder.Delete(recursive: true);
}
