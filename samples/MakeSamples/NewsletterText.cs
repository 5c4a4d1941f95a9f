using System.Text;

namespace MakeSamples;

/// <summary>A multipart newsletter of about 20 KB: text and HTML, with lines a mailing program would write.</summary>
internal static class NewsletterText
{
    private static readonly string[] Topics =
    [
        "seeds for the autumn bed", "sharpening a spade", "when to cut the hedge", "compost without smell", "a pond for frogs", "apples that keep until spring",
        "mulch against frost", "the first broad beans", "a bench from old boards", "birds and what they eat", "the greenhouse in November", "rain water, and where to keep it",
    ];

    public static string Body()
    {
        var text = new StringBuilder();
        text.Append("This is a message in two forms: text and HTML.\r\n\r\n");
        text.Append("--=_example_boundary_1\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n");
        text.Append("The garden letter of example.com\r\n================================\r\n\r\n");
        for (var i = 0; i < Topics.Length; i++)
        {
            text.Append($"{i + 1}. On {Topics[i]}\r\n\r\n");
            for (var line = 0; line < 6; line++)
                text.Append($"   Paragraph {line + 1} on {Topics[(i + line) % Topics.Length]}: dig, wait, water, and look twice.\t \r\n");
            text.Append($"   Read on: https://www.example.com/letter/{i + 1}?edition=2026-10\r\n\r\n");
        }
        text.Append("--=_example_boundary_1\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n");
        text.Append("<!DOCTYPE html>\r\n<html><head><title>The garden letter</title></head>\r\n<body>\r\n<h1>The garden letter of example.com</h1>\r\n");
        for (var i = 0; i < Topics.Length; i++)
        {
            text.Append($"<h2>{i + 1}. On {Topics[i]}</h2>\r\n");
            for (var line = 0; line < 8; line++)
                text.Append($"<p style=\"margin:0 0 1em 0\">Paragraph {line + 1} on {Topics[(i + line) % Topics.Length]}: dig, wait, water, and look twice.</p>\r\n");
            text.Append($"<p><a href=\"https://www.example.com/letter/{i + 1}?edition=2026-10\">Read on</a></p>\r\n\r\n");
        }
        text.Append("</body></html>\r\n--=_example_boundary_1--\r\n\r\n");
        return text.ToString();
    }
}
