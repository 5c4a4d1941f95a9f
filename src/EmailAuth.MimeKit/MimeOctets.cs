using MimeKit;

namespace EmailAuth.MimeKit;

/// <summary>The octets that MimeKit writes for a message.</summary>
internal static class MimeOctets
{
    /// <summary>All of the message, with CRLF.</summary>
    public static FormatOptions AsLoaded { get; } = Options(isSent: false);

    /// <summary>What MailKit's SmtpClient sends: without the fields that tell hidden recipients, and without the length that a store has put in.</summary>
    public static FormatOptions AsSent { get; } = Options(isSent: true);

    public static byte[] Of(MimeMessage message, FormatOptions options)
    {
        using var octets = new MemoryStream();
        message.WriteTo(options, octets);
        return octets.ToArray();
    }

    private static FormatOptions Options(bool isSent)
    {
        var options = FormatOptions.Default.Clone();
        options.NewLineFormat = NewLineFormat.Dos;
        if (isSent)
        {
            options.EnsureNewLine = true;
            options.HiddenHeaders.Add(HeaderId.Bcc);
            options.HiddenHeaders.Add(HeaderId.ResentBcc);
            options.HiddenHeaders.Add(HeaderId.ContentLength);
        }
        return options;
    }
}
