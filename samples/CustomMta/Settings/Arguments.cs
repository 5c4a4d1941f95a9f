namespace CustomMta.Settings;

/// <summary>The command line is not understood: the message says what was wrong, and what would be right.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>
/// The command line as settings. .NET's own reader takes any word for a key, and one that is spelled wrong would be a limit that is not there.
/// </summary>
internal static class Arguments
{
    /// <exception cref="UsageException">It is not understood.</exception>
    public static Dictionary<string, string?> Parse(ReadOnlySpan<string> words)
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < words.Length; i++)
        {
            var equals = words[i].IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? words[i] : words[i][..equals];
            var key = KeyOf(name) ?? throw new UsageException(
                $"there is no option \"{MtaSettings.Shown(name)}\"; {NearestNames.Of(name, MtaSettings.All.Select(static setting => setting.Name))}. --help lists them all.");
            if (equals < 0 && (i + 1 == words.Length || words[i + 1].StartsWith("--", StringComparison.Ordinal)))
                throw new UsageException($"{name} lacks its value; right would be {name} {ExampleOf(key)}. --help tells more.");
            settings[key] = equals < 0 ? words[++i] : words[i][(equals + 1)..];
        }
        return settings;
    }

    private static string? KeyOf(string name)
    {
        if (MtaSettings.All.FirstOrDefault(setting => setting.Option == name) is { } setting)
            return setting.Key;
        var key = name.StartsWith("--", StringComparison.Ordinal) ? name[2..] : "";
        // The library and the log have their own sections, and check what stands there.
        var isOfOthers = key.StartsWith("EmailAuth:", StringComparison.OrdinalIgnoreCase) || key.StartsWith("Logging:", StringComparison.OrdinalIgnoreCase);
        return isOfOthers || MtaSettings.IsKnown(key) ? key : null;
    }

    private static string ExampleOf(string key) => MtaSettings.All.FirstOrDefault(setting => setting.Key == key)?.Example ?? "VALUE";
}
