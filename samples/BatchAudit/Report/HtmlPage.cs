using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace BatchAudit.Report;

/// <summary>
/// Writes HTML. What is written in the code is markup, what stands in a hole is text: <c>page.Add($"&lt;td&gt;{subject}&lt;/td&gt;")</c> can show any subject,
/// and no subject can become markup. There is no way to add a text of the mail as markup.
/// </summary>
internal sealed class HtmlPage(TextWriter output)
{
    private readonly TextWriter _output = output;

    public void Add([InterpolatedStringHandlerArgument("")] Markup markup) => _ = markup;

    /// <summary>The page's own style sheet, which is part of the program. Inside the element nothing is escaped.</summary>
    public void AddStyle(string sheet) => _output.Write($"<style>{sheet}</style>\n");

    private void Escape(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '&': _output.Write("&amp;"); break;
                case '<': _output.Write("&lt;"); break;
                case '>': _output.Write("&gt;"); break;
                case '"': _output.Write("&quot;"); break;
                case '\'': _output.Write("&#39;"); break;
                case '`': _output.Write("&#96;"); break;
                case var value when !SafeText.IsSeen(rune): _output.Write(string.Create(CultureInfo.InvariantCulture, $"\\u{{{value:X}}}")); break;
                default: WriteRune(rune); break;
            }
        }
    }

    private void WriteRune(Rune rune)
    {
        Span<char> characters = stackalloc char[2];
        _output.Write(characters[..rune.EncodeToUtf16(characters)]);
    }

    /// <summary>Markup with holes, written piece by piece.</summary>
    [InterpolatedStringHandler]
    public readonly struct Markup
    {
        private readonly HtmlPage _page;

        public Markup(int literalLength, int formattedCount, HtmlPage page)
        {
            _ = (literalLength, formattedCount);
            _page = page;
        }

        public void AppendLiteral(string markup) => _page._output.Write(markup);

        public void AppendFormatted(string? text) => _page.Escape(text ?? "");

        public void AppendFormatted(int number) => _page._output.Write(number.ToString("N0", CultureInfo.InvariantCulture));

        /// <summary>A length in a drawing.</summary>
        public void AppendFormatted(double length) => _page._output.Write(length.ToString("0.###", CultureInfo.InvariantCulture));
    }
}
