using EmailAuth.Cli.CommandLine;
using EmailAuth.Dmarc;

namespace EmailAuth.Cli.Input;

/// <summary>The option that makes DMARC follow RFC 7489.</summary>
internal static class DmarcMode
{
    public static readonly Option PublicSuffixes = new("--public-suffix-list", "FILE", "find Organizational Domains by this list (RFC 7489), not by the DNS tree walk (RFC 9989)");

    public static DmarcOptions Read(Arguments arguments)
    {
        if (arguments.Value(PublicSuffixes) is not { } file)
            return DmarcOptions.Default;
        return new DmarcOptions { PublicSuffixes = ReadList(file) };
    }

    public static PublicSuffixList ReadList(string file)
    {
        try
        {
            return PublicSuffixList.FromFile(file);
        }
        catch (FormatException exception)
        {
            throw new InputException($"{Output.PlainText.Quoted(file)} is no public suffix list: {exception.Message}");
        }
        catch (Exception exception) when (MessageFile.IsUnreadable(exception))
        {
            throw MessageFile.Unreadable(file, exception);
        }
    }
}
