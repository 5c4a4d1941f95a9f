using System.Text;
using EmailAuth.Message;

namespace EmailAuth.Cli.Output;

/// <summary>Header fields on standard output.</summary>
internal static class FieldOutput
{
    /// <summary>The field with its last line end, in CRLF or in LF alone.</summary>
    public static void Write(Stream output, HeaderField field, bool hasUnixLineEnds)
    {
        if (!hasUnixLineEnds)
            output.Write(field.RawOctets.Span);
        else
            output.Write(Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(field.RawOctets.Span).Replace("\r\n", "\n", StringComparison.Ordinal)));
    }
}
