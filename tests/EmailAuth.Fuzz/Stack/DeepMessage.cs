using System.Net;
using System.Text;
using EmailAuth.Dns;
using EmailAuth.Message;

namespace EmailAuth.Fuzz.Stack;

/// <summary>A message with one thing in it that is as deep, or as long, as is wanted, judged with the widest limits on messages that can be set.</summary>
internal sealed class DeepMessage(string before, string nest, string after)
{
    private const string Signature = "v=1; a=rsa-sha256; d=x.example; s=s; h=from; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA";

    private static readonly SmtpSession Session = new(IPAddress.Parse("192.0.2.1"), "mail.x.example", "a@x.example");

    public static DeepMessage[] All { get; } =
    [
        new("From: ", "(", "\r\n\r\n"),
        new("From: ", "(\r\n ", "\r\n\r\n"),
        new("From: ", "<", "a@x.example>\r\n\r\n"),
        new("From: ", "g:", ";\r\n\r\n"),
        new("From: ", "\"", "\r\n\r\n"),
        new("From: a@", "x.", "example\r\n\r\n"),
        new("From: a@x.example", ",a@x.example", "\r\n\r\n"),
        new("", "From: a@x.example\r\n", "\r\n"),
        new("", "a:\r\n", "\r\n"),
        new("a:", "\r\n ", "\r\n\r\n"),
        new($"From: a@x.example\r\nDKIM-Signature: {Signature}; h=", "from:", "\r\n\r\n"),
        new($"From: a@x.example\r\nDKIM-Signature: {Signature}", ";", "\r\n\r\n"),
        new($"From: a@x.example\r\nDKIM-Signature: {Signature}; x=", "\r\n ", "\r\n\r\n"),
        new("From: a@x.example\r\n", $"DKIM-Signature: {Signature}\r\n", "\r\n"),
        new("From: a@x.example\r\n", "ARC-Seal: i=1; a=rsa-sha256; cv=none; d=x.example; s=s; b=AAAA\r\n", "\r\n"),
        new("From: a@x.example\r\nARC-Authentication-Results: i=1; mx.example; x=", "(", "\r\n\r\n"),
        new("From: a@x.example\r\nAuthentication-Results: mx.example", "; x=y (", "\r\n\r\n"),
        new("From: a@x.example\r\n\r\n", "\r\n", "."),
        new("From: a@x.example\r\n\r\n", " ", "\r\n"),
        new("From: a@x.example\r\n\r\n", "--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n", ""),
    ];

    private static readonly EmailAuthLimits Widest = new() { Message = new MessageLimits { MaxHeaderBytes = 1 << 20, MaxHeaderFields = 20_000, MaxFieldBytes = 1 << 20, MaxFieldNameBytes = 998 } };

    /// <summary>Judges it, with answers that come at once and with answers that come later, and includes without end.</summary>
    public void Verify(int depth)
    {
        var octets = Encoding.Latin1.GetBytes(new StringBuilder(before).Insert(before.Length, nest, depth).Append(after).ToString());
        foreach (var isLate in new[] { false, true })
        {
            var authenticator = new EmailAuthenticator(new Endless(isLate), new EmailAuthenticatorOptions { Limits = Widest, KeepEvidence = true });
            var call = authenticator.VerifyAsync(EmailMessage.FromBytes(octets), Session).AsTask();
            ((IAsyncResult)call).AsyncWaitHandle.WaitOne();
            var result = call.IsCompletedSuccessfully ? call.Result : throw new InvalidOperationException("no verdict", call.Exception);
            Promise.That(result.Explain().ToText().Length > 0);
            Promise.That(VerificationCapsule.TryRead(result.ToCapsule().ToArray(), out _));
        }
    }

    /// <summary>Each name includes another one, each policy is one, and the first answer may be late, so that what follows it follows on its thread.</summary>
    private sealed class Endless(bool isLate) : IDnsResolver
    {
        private int _queries;

        public async ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default)
        {
            var nth = Interlocked.Increment(ref _queries);
            if (isLate && nth == 1)
                await Task.Yield();
            return question.Type == DnsRecordType.TXT
                ? DnsAnswer.WithRecords([new TxtRecord(Encoding.ASCII.GetBytes(question.Name.ToString().Contains("_dmarc", StringComparison.Ordinal) ? "v=DMARC1; p=reject" : $"v=spf1 include:n{nth}.example redirect=r{nth}.example"))], TimeSpan.FromMinutes(5))
                : DnsAnswer.NoRecords(DnsStatus.NxDomain);
        }
    }
}
