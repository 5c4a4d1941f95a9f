using System.Globalization;
using EmailAuth.Cli.CommandLine;
using EmailAuth.Cli.Verbs;
using EmailAuth.Dkim;
using EmailAuth.Dmarc;
using EmailAuth.Spf;

namespace EmailAuth.Cli.Output;

/// <summary>Several verified files as a table, a line each, and how many of each kind there were.</summary>
internal sealed class VerdictTable(CommandIo io)
{
    private const int LongestFile = 40;
    private const int LongestFrom = 32;

    private readonly Dictionary<string, int> _shadows = [];
    private readonly List<string> _disagreements = [];
    private string? _caveat;
    private readonly TextPage _page = new(io);
    private readonly List<(string File, string From, string Dmarc, string Spf, string Dkim, string Asked)> _rows = [];

    public void Add(FileVerdict verdict)
    {
        if (verdict.Result is { } judged && DmarcText.Caveat(judged) is { } caveat)
            _caveat = caveat;
        var file = Name(verdict.File, LongestFile);
        foreach (var shadow in verdict.Result?.Shadows ?? [])
        {
            _shadows[shadow.Name] = _shadows.GetValueOrDefault(shadow.Name) + (shadow.Disagrees ? 1 : 0);
            if (shadow.Disagrees)
                _disagreements.Add($"  {shadow.Name} differs at {file}: {string.Join("; ", ShadowOutput.Texts(verdict.Result!, shadow))}");
        }
        _rows.Add(verdict.Result is { } result
            ? (file, Name(result.Dmarc.FromDomain?.ToString() ?? "-", LongestFrom), result.Dmarc.Status.ToKeyword(), result.Spf.Status.ToKeyword(), result.DkimStatus.ToKeyword(), result.Dmarc.Disposition.ToKeyword())
            : (file, "-", "unread", "-", "-", "-"));
    }

    public void Write()
    {
        var fileWidth = Math.Max(4, _rows.Max(row => row.File.Length));
        var fromWidth = Math.Max(4, _rows.Max(row => row.From.Length));
        io.Out.WriteLine(_page.Paint($"{"FILE".PadRight(fileWidth)}  {"FROM".PadRight(fromWidth)}  DMARC      SPF        DKIM       ASKED FOR", Tone.Faint));
        foreach (var row in _rows)
        {
            io.Out.WriteLine($"{row.File.PadRight(fileWidth)}  {row.From.PadRight(fromWidth)}  {Word(row.Dmarc)}  {Word(row.Spf)}  {Word(row.Dkim)}  "
                + _page.Paint(row.Asked, TextPage.ToneOf(row.Asked)));
        }
        var counts = _rows.GroupBy(row => row.Dmarc).OrderByDescending(group => group.Count()).ThenBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => $"{group.Count().ToString(CultureInfo.InvariantCulture)} {group.Key}");
        io.Out.WriteLine();
        io.Out.WriteLine($"{_rows.Count.ToString(CultureInfo.InvariantCulture)} messages by DMARC: {string.Join(", ", counts)}");
        if (_caveat is not null)
            _page.Line($"of those that fail: {_caveat}", Tone.Doubtful);
        foreach (var (name, count) in _shadows)
            _page.Line($"shadow {name}: {count.ToString(CultureInfo.InvariantCulture)} judged otherwise");
        foreach (var disagreement in _disagreements)
            _page.Line(disagreement, Tone.Doubtful);
    }

    /// <summary>Where a program may read it, nothing is left out.</summary>
    private string Name(string text, int length) => io.OutputIsTerminal ? Cut(text, length) : PlainText.OneLine(text);

    private string Word(string result) => _page.Paint(result.PadRight(9), TextPage.ToneOf(result));

    /// <summary>The end says more than the beginning.</summary>
    private static string Cut(string text, int length)
    {
        var shown = PlainText.OneLine(text);
        return shown.Length <= length ? shown : "…" + shown[^(length - 1)..];
    }
}
