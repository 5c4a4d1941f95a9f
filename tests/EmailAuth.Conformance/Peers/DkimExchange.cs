using System.Text;
using EmailAuth.Conformance.Dkim;

namespace EmailAuth.Conformance.Peers;

/// <summary>A folder through which messages go to a peer and come back: one process for all of them.</summary>
internal sealed class DkimExchange : IDisposable
{
    public DkimExchange() => Folder = Directory.CreateTempSubdirectory("emailauth-dkim-").FullName;

    public string Folder { get; }

    public string PathOf(string name) => Path.Combine(Folder, name);

    public void Write(string name, string text) => File.WriteAllText(PathOf(name), text, Encoding.Latin1);

    /// <summary>Writes the matrix as signed by this library, and the keys; the names of the messages.</summary>
    public async Task<List<string>> WriteSignedAsync(Func<string, bool> isWanted)
    {
        Write("keys.txt", DkimMatrix.KeyTable());
        var names = new List<string>();
        foreach (var (name, message) in await DkimMatrix.SignedAsync())
        {
            if (!isWanted(name))
                continue;
            await File.WriteAllBytesAsync(PathOf(name + ".eml"), message);
            names.Add(name);
        }
        return names;
    }

    /// <summary>Writes the unsigned messages, the keys of this run in PKCS#8 PEM, and for Ed25519 the seed, too.</summary>
    public List<string> WriteUnsigned()
    {
        Write("keys.txt", DkimMatrix.KeyTable());
        foreach (var (selector, key) in DkimMatrix.Keys)
        {
            key.Save(PathOf(selector + ".pem"));
            if (selector == "ed25519")
                Write("ed25519.seed", Convert.ToBase64String(Convert.FromBase64String(key.ExportPkcs8Pem().Split('\n')[1])[^32..]));
        }
        var names = new List<string>();
        foreach (var (name, message) in DkimMatrix.Unsigned())
        {
            File.WriteAllBytes(PathOf(name + ".eml"), message);
            names.Add(name);
        }
        return names;
    }

    /// <summary>Runs a script beside these tests with the folder and more for its arguments; its lines of name, tabulator and text.</summary>
    public Dictionary<string, string> Run(string program, string script, params string[] arguments)
    {
        var scriptPath = EmailAuth.Tests.Repository.PathOf("tests", "EmailAuth.Conformance", "Peers", script);
        var (exitCode, output, error) = Peer.Run(program, [scriptPath, Folder, .. arguments], default, TimeSpan.FromMinutes(5));
        Assert.That(exitCode, Is.Zero, error);
        return Encoding.UTF8.GetString(output).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('\t', 2)).ToDictionary(parts => parts[0], parts => parts[1]);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
