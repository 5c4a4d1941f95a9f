namespace EmailAuth.Hosting;

/// <summary>A key that there is not: what was meant, and whether what stands there may be told.</summary>
internal static class UnknownKey
{
    // The shortest secret that is taken has 43 characters of base64.
    private const int MaxLengthShown = 40;
    private const int MaxLengthCompared = 64;

    private static readonly string[] WordsOfSecrets = ["secr", "passw", "pwd", "token", "credential", "connection", "key", "SharedCache:S"];

    /// <summary>The key that comes nearest, or all of the section.</summary>
    public static string WhatWouldBeRight(string key, string path, string[] known)
    {
        var nearest = known.MinBy(name => Distance(key, name))!;
        // Two strokes amiss, or three of a long name; never half of a short one.
        return Distance(key, nearest) <= Math.Min(3, (nearest.Length + 1) / 3)
            ? $"the nearest is {(path.Length == 0 ? nearest : $"{path}:{nearest}")}"
            : $"the keys {(path.Length == 0 ? "are" : $"of {path} are")} {string.Join(", ", known)}";
    }

    /// <summary>Whether a value may be one that must not stand in a log: by the words of its path, or its length. At the root all may: the environment is there.</summary>
    public static bool MayBeSecret(string path, string value) =>
        value.Length > MaxLengthShown || !path.Contains(':', StringComparison.Ordinal) || Array.Exists(WordsOfSecrets, word => path.Contains(word, StringComparison.OrdinalIgnoreCase));

    /// <summary>How many characters must be put in, taken out or changed to make the one of the other, without regard to case.</summary>
    private static int Distance(string key, string name)
    {
        if (key.Length > MaxLengthCompared)
            return key.Length;
        var row = new int[name.Length + 1];
        for (var j = 0; j <= name.Length; j++)
            row[j] = j;
        for (var i = 1; i <= key.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= name.Length; j++)
            {
                var change = diagonal + (char.ToUpperInvariant(key[i - 1]) == char.ToUpperInvariant(name[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(change, Math.Min(diagonal, row[j - 1]) + 1);
            }
        }
        return row[name.Length];
    }
}
