using EmailAuth.Tests;

namespace EmailAuth.Conformance.Peers;

/// <summary>
/// The cases in which a peer and we differ, held against the list of those that are explained (PEERDifferences.txt). A line names the case and what differs,
/// "# reason (section)" stands before those that it explains, and "[part]" before all of one part.
/// </summary>
/// <param name="peer">Whose list.</param>
/// <param name="part">Which part of it; null where it has none.</param>
internal sealed class KnownDifferences(string peer, string? part = null)
{
    private readonly List<(string Line, string Details)> _found = [];

    public void Add(string line, string details) => _found.Add((line, details));

    /// <summary>Neither a new one, nor one that is gone.</summary>
    public void AssertAllKnown()
    {
        var known = Read().ToHashSet(StringComparer.Ordinal);
        var unknown = _found.Where(difference => !known.Contains(difference.Line)).ToList();
        Assert.That(unknown, Is.Empty, () => $"{unknown.Count} differences that the list does not explain:\n{string.Join('\n', unknown.Select(static difference => difference.Line))}\n{string.Join("\n\n", unknown.Take(3).Select(static difference => difference.Line + "\n" + difference.Details))}");
        Assert.That(known.Except(_found.Select(static difference => difference.Line)), Is.Empty, "differences in the list that are gone");
    }

    private IEnumerable<string> Read()
    {
        string? here = null;
        foreach (var line in File.ReadLines(Repository.PathOf("tests", "EmailAuth.Conformance", "Peers", $"{peer}Differences.txt")))
        {
            if (line.StartsWith('['))
                here = line.Trim('[', ']');
            else if (line.Length > 0 && char.IsAsciiDigit(line[0]) && here == part)
                yield return string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        }
    }
}
