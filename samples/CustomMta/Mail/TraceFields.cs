using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using CustomMta.Smtp;
using EmailAuth;

namespace CustomMta.Mail;

/// <summary>What the server puts before a message, from the top: Return-Path, Authentication-Results, Received-SPF, Received.</summary>
internal static class TraceFields
{
    public static ReadOnlyMemory<byte> Of(Envelope envelope, VerificationResult result, string server, string id, DateTimeOffset now)
    {
        var fields = new ArrayBufferWriter<byte>(1024);
        // RFC 5321 §4.4: at final delivery, at the top.
        Write($"Return-Path: <{envelope.MailFrom}>\r\n");
        // RFC 8601 §4, RFC 7208 §9.1: above the Received field of the server that checked.
        result.GetAuthenticationResults(server).ToHeaderField(allowUtf8: envelope.IsUtf8).WriteTo(fields);
        result.ToReceivedSpf(server).WriteTo(fields);
        Write(string.Create(CultureInfo.InvariantCulture, $"""
            Received: from {envelope.Helo} ({Literal(envelope.Client)})
                by {server} with {Protocol(envelope)} id {id}{Recipient(envelope)};
                {now.UtcDateTime:ddd, dd MMM yyyy HH:mm:ss} +0000

            """).ReplaceLineEndings("\r\n"));
        return fields.WrittenMemory;

        void Write(string text) => Encoding.UTF8.GetBytes(text, fields);
    }

    /// <summary>RFC 5321 §4.1.3.</summary>
    private static string Literal(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[IPv6:{address}]" : $"[{address}]";

    /// <summary>RFC 5321 §4.4; RFC 6531 §4.3 for internationalized mail.</summary>
    private static string Protocol(Envelope envelope) => envelope switch
    {
        { IsUtf8: true } => "UTF8SMTP",
        { IsExtended: true } => "ESMTP",
        _ => "SMTP",
    };

    /// <summary>RFC 5321 §7.6: with several recipients none is named, as one may have been meant to stay unseen.</summary>
    private static string Recipient(Envelope envelope) => envelope.Recipients is [var recipient] ? $"\n    for <{recipient}>" : "";
}
