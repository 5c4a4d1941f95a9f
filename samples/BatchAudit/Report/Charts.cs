namespace BatchAudit.Report;

/// <summary>
/// Charts as inline SVG. The bars stand in the rows of tables, so that whoever cannot see them reads the same numbers as words; the ring has
/// its words beside it.
/// </summary>
internal static class Charts
{
    private const double Width = 100;
    private const double Gap = 0.6;

    /// <summary>A bar in parts, which together are as long as their share of <paramref name="whole"/>.</summary>
    public static void Bar(HtmlPage page, int whole, params IEnumerable<(string Tone, int Count)> parts)
    {
        page.Add($"""<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false"><rect class="track" width="100" height="10"/>""");
        var at = 0.0;
        foreach (var (tone, count) in parts.Where(part => part.Count > 0))
        {
            var length = Width * count / whole;
            page.Add($"""<rect class="{tone}" x="{at}" width="{Math.Max(0.4, at + length < Width - Gap ? length - Gap : length)}" height="10"/>""");
            at += length;
        }
        page.Add($"</svg>");
    }

    /// <summary>A ring in parts, clockwise from the top.</summary>
    public static void Ring(HtmlPage page, IReadOnlyList<(string Tone, int Count)> parts)
    {
        var whole = parts.Sum(part => part.Count);
        page.Add($"""<svg class="ring" viewBox="0 0 120 120" aria-hidden="true" focusable="false"><circle class="track" cx="60" cy="60" r="48" pathLength="100"/>""");
        var at = 0.0;
        foreach (var (tone, count) in parts.Where(part => part.Count > 0))
        {
            var length = Width * count / whole;
            page.Add($"""<circle class="{tone}" cx="60" cy="60" r="48" pathLength="100" stroke-dasharray="{Math.Max(0.4, count == whole ? length : length - Gap)} 200" transform="rotate({(at * 3.6) - 90} 60 60)"/>""");
            at += length;
        }
        page.Add($"</svg>");
    }
}
