using EmailAuth.Cli.CommandLine;

namespace EmailAuth.Cli.Input;

/// <summary>The options that tell what the SMTP conversation told.</summary>
internal static class SessionOptions
{
    public static readonly Option Ip = new("--ip", "ADDRESS", "the address of the SMTP client");
    public static readonly Option Helo = new("--helo", "NAME", "the name that the client gave with HELO or EHLO");
    public static readonly Option MailFrom = new("--mail-from", "ADDRESS", "the reverse-path; \"\" or \"<>\" for the null reverse-path");

    public static readonly IReadOnlyList<Option> All = [Ip, Helo, MailFrom];

    /// <summary>The session as told: without an address SPF is none.</summary>
    public static SmtpSession Read(Arguments arguments) => new(
        arguments.Value(Ip) is { } address ? ValueReader.Address(Ip, address) : null,
        arguments.Value(Helo) ?? "",
        arguments.Value(MailFrom));
}
