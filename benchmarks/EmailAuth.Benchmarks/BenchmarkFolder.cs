using EmailAuth.Signatures;

namespace EmailAuth.Benchmarks;

/// <summary><c>messages FOLDER</c>: writes the messages of the benchmarks, the zone that they are verified by and a key to sign with, for the loop mode.</summary>
internal static class BenchmarkFolder
{
    public static async Task WriteAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        File.Delete(Path.Combine(folder, "rsa.pem"));
        DkimMessages.Rsa.Save(Path.Combine(folder, "rsa.pem"));
        await File.WriteAllTextAsync(Path.Combine(folder, "example.zone"), DkimMessages.ZoneText);
        foreach (var algorithm in Enum.GetValues<CanonicalizationAlgorithm>())
        {
            var ending = algorithm == CanonicalizationAlgorithm.Simple ? "-simple.eml" : ".eml";
            foreach (var (name, length) in new[] { ("2k", 2_000), ("20k", 20_000), ("200k", 200_000), ("50m", 50_000_000) })
                await File.WriteAllBytesAsync(Path.Combine(folder, $"{name}-rsa{ending}"), await DkimMessages.SignedAsync(length, DkimMessages.Rsa, algorithm));
            await File.WriteAllBytesAsync(Path.Combine(folder, "20k-ed25519" + ending), await DkimMessages.SignedAsync(20_000, DkimMessages.Ed25519, algorithm));
            await File.WriteAllBytesAsync(Path.Combine(folder, "20k-two" + ending), await DkimMessages.TwiceSignedAsync(20_000, algorithm));
        }
    }
}
