using System.Text;

namespace EmailAuth.AuthResults;

/// <summary>A piece of a field's value that white space may stand before. It holds no CR and no LF.</summary>
/// <param name="Text">The piece; a space inside is content, before which a fold may stand all the same.</param>
/// <param name="StartsLine">Whether a new line begins here in any case.</param>
internal readonly record struct FoldableItem(string Text, bool StartsLine = false);

/// <summary>A field's value, to be written on one line or folded (RFC 5322 §2.2.3).</summary>
internal sealed class FoldableValue(IReadOnlyList<FoldableItem> items)
{
    // RFC 5322 §2.1.1: 78 should not be passed, without CRLF.
    private const int LineLength = 78;

    public string Unfolded() => string.Join(' ', items.Select(item => item.Text));

    public string Folded()
    {
        var value = new StringBuilder();
        var column = AuthenticationResults.FieldName.Length + ": ".Length;
        for (var i = 0; i < items.Count; i++)
        {
            var text = items[i].Text;
            var length = Encoding.UTF8.GetByteCount(text);
            if (i > 0)
            {
                if (items[i].StartsLine || column + 1 + length > LineLength)
                {
                    value.Append("\r\n");
                    column = 0;
                }
                value.Append(' ');
                column++;
            }
            AppendFoldedInside(value, text, ref column);
        }
        return value.ToString();
    }

    /// <summary>Folds inside a long item before single spaces: unfolding gives them back, and no line consists of white space.</summary>
    private static void AppendFoldedInside(StringBuilder value, string text, ref int column)
    {
        var rest = text.AsSpan();
        while (column + Encoding.UTF8.GetByteCount(rest) > LineLength)
        {
            var next = NextFold(rest, LineLength - column);
            if (next < 0)
                break;
            value.Append(rest[..next]).Append("\r\n");
            rest = rest[next..];
            column = 0;
        }
        value.Append(rest);
        column += Encoding.UTF8.GetByteCount(rest);
    }

    /// <summary>The last space within that many octets that stands alone; else the first one behind; -1 if there is none.</summary>
    private static int NextFold(ReadOnlySpan<char> text, int octets)
    {
        var found = -1;
        var used = 0;
        for (var i = 1; i < text.Length - 1; i++)
        {
            used += text[i - 1] < 0x80 ? 1 : 3;
            if (used > octets && found > 0)
                return found;
            if (text[i] == ' ' && text[i - 1] != ' ' && text[i + 1] != ' ')
                found = i;
        }
        return found;
    }
}
