namespace CustomMta.Settings;

/// <summary>What somebody may have meant who wrote a name that is not known.</summary>
internal static class NearestNames
{
    private const int MostLetters = 100;

    /// <summary>The known names with the fewest letters to change, in words.</summary>
    public static string Of(string name, IEnumerable<string> known)
    {
        var written = name.Length > MostLetters ? name[..MostLetters] : name;
        var byDistance = known.GroupBy(candidate => Distance(written.ToUpperInvariant(), candidate.ToUpperInvariant())).MinBy(static group => group.Key)!;
        return $"the nearest {(byDistance.Count() == 1 ? "is" : "are")} {string.Join(" and ", byDistance.Take(3))}";
    }

    /// <summary>Letters to put in, to take out or to change, by Levenshtein's table, of which only one row is needed at a time.</summary>
    private static int Distance(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (left[i - 1] == right[j - 1] ? 0 : 1)));
        }
        return row[^1];
    }
}
