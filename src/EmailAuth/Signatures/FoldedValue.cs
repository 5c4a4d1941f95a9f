using System.Text;

namespace EmailAuth.Signatures;

/// <summary>Builds a field value of tags, folded so that no line is longer than 76 columns where it can be broken (RFC 5322 §2.1.1).</summary>
internal sealed class FoldedValue
{
    private const int LastColumn = 76;

    private readonly StringBuilder _text = new(512);
    private int _column;

    /// <summary>Begins behind a field name that takes this many columns.</summary>
    public FoldedValue(int column) => _column = column;

    /// <summary>Goes on with a value that was begun before.</summary>
    public FoldedValue(string begun)
    {
        _text.Append(begun);
        _column = begun.Length - (begun.LastIndexOf('\n') + 1);
    }

    /// <summary>Appends a tag with its semicolon, on a new line if it does not fit.</summary>
    public void Append(string tag)
    {
        if (_text.Length > 0)
            Separate(tag.Length);
        Put(tag);
    }

    /// <summary>Appends a list that may be broken behind its separators.</summary>
    /// <param name="start">What stands before the list, such as <c>h=</c>.</param>
    /// <param name="list">The list.</param>
    /// <param name="separator">What separates its items.</param>
    /// <param name="isEncoded">Whether items may be broken, too: they are dkim-quoted-printable (RFC 6376 §2.11).</param>
    public void AppendList(string start, string list, char separator, bool isEncoded)
    {
        var at = 0;
        while (at < list.Length)
        {
            var next = list.IndexOf(separator, at);
            var item = next < 0 ? list[at..] + ";" : list[at..(next + 1)];
            if (at == 0 && start.Length + item.Length <= LastColumn)
                Append(start + item);
            else if (at == 0)
                Append(start);
            if (at > 0 || start.Length + item.Length > LastColumn)
                PutItem(item, isEncoded);
            at = next < 0 ? list.Length : next + 1;
        }
    }

    /// <summary>Appends text that may be broken anywhere, as base64 may.</summary>
    public void AppendBroken(string text)
    {
        while (text.Length > 0)
        {
            var length = Math.Min(text.Length, LastColumn - _column);
            if (length <= 0)
            {
                Fold();
                continue;
            }
            Put(text[..length]);
            text = text[length..];
        }
    }

    private void PutItem(string item, bool isEncoded)
    {
        if (_column + item.Length > LastColumn)
            Fold();
        while (isEncoded && _column + item.Length > LastColumn)
        {
            // Never behind "=" and its first digit.
            var length = LastColumn - _column;
            while (item[length - 1] == '=' || item[length - 2] == '=')
                length--;
            Put(item[..length]);
            item = item[length..];
            Fold();
        }
        Put(item);
    }

    private void Separate(int length)
    {
        if (_column + 1 + length > LastColumn)
            Fold();
        else
            Put(" ");
    }

    private void Fold()
    {
        _text.Append("\r\n ");
        _column = 1;
    }

    private void Put(string text)
    {
        _text.Append(text);
        _column += text.Length;
    }

    public override string ToString() => _text.ToString();
}
