using MimeKit;

namespace EmailAuth.MimeKit.Tests;

/// <summary>What MimeKit keeps of a message's octets and what it does not. If a line here changes, the remarks and the readme do.</summary>
public class OctetsTests
{
    private const string Multipart = "From: a@example.com\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n";

    private static readonly TestCaseData<string>[] Kept =
    [
        Case("a plain message", "From: a@example.com\r\nSubject:  x\r\n\r\nbody\r\n"),
        Case("no line end at the end", "From: a@example.com\r\n\r\nbody"),
        Case("empty lines at the end", "From: a@example.com\r\n\r\nbody\r\n\r\n\r\n"),
        Case("no body", "From: a@example.com\r\n\r\n"),
        Case("a bare CR", "From: a@example.com\r\n\r\nbo\rdy\r\n"),
        Case("NUL", "From: a@example.com\r\nSubject: a\0b\r\n\r\nbo\0dy\r\n"),
        Case("8-bit octets that are no UTF-8", "From: a@example.com\r\nSubject: \u00e4\u00ff\r\n\r\nb\u00f6dy\r\n"),
        Case("folds", "From: a@example.com\r\nSubject: a\r\n\tb\r\n  c  \r\n\r\nbody\r\n"),
        Case("white space before a colon", "From : a@example.com\r\n\r\nbody\r\n"),
        Case("a line that is no field", "From: a@example.com\r\nthis is no field\r\nSubject: x\r\n\r\nbody\r\n"),
        Case("a line of white space in the header", "From: a@example.com\r\n \r\nSubject: x\r\n\r\nbody\r\n"),
        Case("a field without a name", "From: a@example.com\r\n: x\r\n\r\nbody\r\n"),
        Case("fields of the body before and among the others", "Content-Type: text/plain\r\nFrom: a@example.com\r\nContent-Transfer-Encoding: 7bit\r\nSubject: x\r\n\r\nbody\r\n"),
        Case("From twice", "From: a@example.com\r\nFrom: b@example.com\r\n\r\nbody\r\n"),
        Case("odd base64", "From: a@example.com\r\nContent-Transfer-Encoding: base64\r\n\r\nAAA A\r\n=\r\n"),
        Case("text around the parts", Multipart + "before\r\n--b\r\n\r\nx\r\n--b\r\n\r\ny\r\n--b--\r\nbehind\r\n"),
        Case("a message in a part", Multipart + "--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: b@example.com\r\n\r\ninner\r\n--b--\r\n"),
        Case("a body of other length than Content-Length says", "From: a@example.com\r\nContent-Length: 3\r\n\r\nbody more\r\n"),
    ];

    private static readonly TestCaseData<string>[] NotKept =
    [
        Case("LF", "From: a@example.com\nSubject: x\n\nbody\n"),
        Case("LF among CRLF", "From: a@example.com\r\n\r\nbody\nmore\r\n"),
        Case("white space behind a boundary", Multipart + "--b \r\n\r\nx\r\n--b--\r\n"),
        Case("no closing boundary", Multipart + "--b\r\n\r\nx\r\n"),
        Case("no line end behind the closing boundary", Multipart + "--b\r\n\r\nx\r\n--b--"),
        Case("no empty line behind the header", "From: a@example.com\r\n"),
        Case("an mbox line", "From x@y Mon Jan  1 00:00:00 2024\r\nFrom: a@example.com\r\n\r\nbody\r\n"),
    ];

    private static TestCaseData<string> Case(string name, string text) => new TestCaseData<string>(text).SetArgDisplayNames(name);

    [TestCaseSource(nameof(Kept))]
    public void MimeKit_writes_what_it_read(string text) =>
        Assert.That(ReceivedMimeMessage.Load(TestMail.Octets(text)).IsWrittenAsReceived(), Is.True);

    [TestCaseSource(nameof(NotKept))]
    public async Task What_mimekit_does_not_keep_we_do(string text)
    {
        var octets = TestMail.Octets(text);
        var received = ReceivedMimeMessage.Load(octets);
        Assert.That(received.IsWrittenAsReceived(), Is.False);
        using var written = new MemoryStream();
        await received.WriteToAsync(written, []);
        Assert.That(written.ToArray(), Is.EqualTo(octets));
    }

    [Test]
    public async Task A_signature_over_what_mimekit_does_not_keep_holds_on_the_octets_only()
    {
        var unsigned = TestMail.Octets(Multipart.Replace("a@example.com", "ann@example.com", StringComparison.Ordinal) + "--b\r\n\r\nx\r\n--b--");
        var signature = await TestMail.Signer.SignAsync(Message.EmailMessage.FromBytes(unsigned));
        byte[] octets = [.. signature.RawOctets.Span, .. unsigned];
        var received = await ReceivedMimeMessage.LoadAsync(new MemoryStream(octets));
        Assert.That((await TestMail.Authenticator.VerifyAsync(received.ToEmailMessage(), TestMail.Session)).DkimStatus, Is.EqualTo(Dkim.DkimStatus.Pass));
        // Relaxed: one line end more at the end is not part of the hash. A line that never was is.
        byte[] cut = [.. signature.RawOctets.Span, .. unsigned[..^"--b--".Length]];
        Assert.That((await TestMail.Authenticator.VerifyAsync(MimeMessage.Load(new MemoryStream(cut)), TestMail.Session)).DkimStatus, Is.EqualTo(Dkim.DkimStatus.Fail));
    }

    [Test]
    public async Task A_field_above_is_the_field_octet_by_octet()
    {
        var octets = TestMail.Octets("Content-Type: text/plain\r\nFrom: ann@example.com\r\n\r\nbody\r\n");
        var received = ReceivedMimeMessage.Load(octets);
        var result = await TestMail.Authenticator.VerifyAsync(received.ToEmailMessage(), TestMail.Session);
        var field = result.ToAuthenticationResults("mx.receiver.example");
        received.Message.Prepend(field);
        using var byMimeKit = new MemoryStream();
        received.Message.WriteTo(MimeOctetsOptions, byMimeKit);
        using var byUs = new MemoryStream();
        await received.WriteToAsync(byUs, [field]);
        byte[] expected = [.. field.RawOctets.Span, .. octets];
        Assert.That(byMimeKit.ToArray(), Is.EqualTo(expected));
        Assert.That(byUs.ToArray(), Is.EqualTo(expected));
        Assert.That(received.Message.Headers[0].Field, Is.EqualTo("Authentication-Results"));
    }

    private static FormatOptions MimeOctetsOptions
    {
        get
        {
            var options = FormatOptions.Default.Clone();
            options.NewLineFormat = NewLineFormat.Dos;
            return options;
        }
    }

    [Test]
    public async Task A_message_beyond_the_bound_is_refused()
    {
        var exception = await Assert.ThrowsAsync<MimeOctetsException>(() => ReceivedMimeMessage.LoadAsync(new MemoryStream(new byte[101]), maxOctets: 100));
        Assert.That(exception!.Fault, Is.EqualTo(MimeOctetsFault.TooLarge));
    }
}
