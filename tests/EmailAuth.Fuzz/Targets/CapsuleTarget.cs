using System.Net;
using System.Text;
using EmailAuth.Dns;
using EmailAuth.Message;

namespace EmailAuth.Fuzz.Targets;

/// <summary>The octets of a <see cref="VerificationCapsule"/>: what is read is written the same, and replays to a verdict whatever it holds.</summary>
internal sealed class CapsuleTarget : FuzzTarget
{
    private static readonly (string MailFrom, string Message)[] Mails =
    [
        ("a@x.example", "From: a@x.example\r\n\r\nx\r\n"),
        ("", "From: a@x.example, b@y.example\r\nDKIM-Signature: v=1; a=rsa-sha256; d=x.example; s=s; l=1; h=from; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA\r\n\r\n"),
        ("\"a b\"@y.example", "From: <a@[192.0.2.1]>\r\nARC-Seal: i=1; a=rsa-sha256; cv=none; d=x.example; s=s; b=AAAA\r\n\r\n"),
    ];

    public override string Name => "capsule";

    public override int Share => 1;

    protected override string[] SeedTexts => [.. Mails.Select(static mail => Encoding.Latin1.GetString(Write(mail.MailFrom, mail.Message)))];

    public override string[] Tokens =>
        ["ECAP\x01", "EDNS\x01\x01", "\x00", "\x01", "\x02", "\x7f", "\x80", "\xff", "\xff\xff\xff\xff\x7f", "\xff\xff\xff\xff\xff\xff\xff\xff\x7f", "\x09x.example", "\x04\xc0\x00\x02\x01", "\x10\x00", "From: ", "\r\n", "v=spf1 "];

    private static byte[] Write(string mailFrom, string message)
    {
        var zone = ZoneDnsResolver.Parse("x.example. TXT \"v=spf1 include:y.example -all\"\ny.example. TXT \"v=spf1 ip4:192.0.2.1 -all\"\n_dmarc.x.example. TXT \"v=DMARC1; p=reject\"");
        var options = new EmailAuthenticatorOptions { KeepEvidence = true };
        var verdict = new EmailAuthenticator(zone, options).VerifyAsync(EmailMessage.FromBytes(Encoding.Latin1.GetBytes(message)), new SmtpSession(IPAddress.Parse("192.0.2.1"), "mail.x.example", mailFrom));
        Promise.That(verdict.IsCompletedSuccessfully, "nothing is left to wait for");
        return verdict.Result.ToCapsule().ToArray();
    }

    public override void Run(ReadOnlySpan<byte> input)
    {
        var budget = new AllocationBudget(input.Length);
        var isRead = VerificationCapsule.TryRead(input, out var capsule);
        budget.Check();
        if (!isRead)
            return;
        var written = capsule!.ToArray();
        Promise.That(VerificationCapsule.TryRead(written, out var again));
        Promise.Equal(again.ToArray(), written, "written again");
        var replay = capsule.ReplayAsync();
        Promise.That(replay.IsCompleted, "nobody is asked");
        var verdict = replay.Result.Verdict;
        Promise.That(verdict.Explain().ToText().Length > 0);
    }
}
