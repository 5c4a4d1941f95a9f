using System.Text;
using CsCheck;
using EmailAuth.Dmarc;
using EmailAuth.Message;

namespace EmailAuth.Tests.Dmarc;

/// <summary>What must hold for any input, whoever wrote it.</summary>
public class DmarcPropertyTests
{
    private static readonly Gen<string> FieldPieces = OneOf(
        "a", "b.c", "@", "@", "x.test", "y.example.com", "z.test.", "<", ">", ",", ";", ":", "\"", "(", ")", " ", "\t", "\r\n ", "\r\n", "\n", ".", "\\", "[", "]", "=?utf-8?Q?=40?=", "é", "\0", "\u007F",
        "a@x.test", "<b@y.example.com>", "Name", "\"quoted @ <text>\"", "(comment)", "group:");

    private static readonly Gen<string> Field = FieldPieces.Array[0, 12].Select(pieces => string.Concat(pieces));

    private static readonly Gen<string> Record = OneOf(
        "v=DMARC1", "v=DMARC1", "p=reject", "p=none", "sp=quarantine", "np=x", "adkim=s", "psd=y", "t=y", "fo=0:d", "rua=mailto:a@x.test", "rua=mailto:a@x.test!10m,https://y.test/", "pct=5", "=", " ", "\t", ",", ":", "\0", "é", "x=y", "")
        .Array[0, 10].Select(pieces => string.Join(';', pieces));

    private static Gen<string> OneOf(params string[] pieces) => Gen.Int[0, pieces.Length - 1].Select(index => pieces[index]);

    private static AuthorDomains Read(string field) =>
        AuthorDomains.Read(HeaderBlock.Parse(Encoding.UTF8.GetBytes("From: " + field.Replace("\r\n", "\r\n ", StringComparison.Ordinal)), MessageLimits.Default), DmarcLimits.Default);

    [Test]
    public void Whatever_stands_in_from_each_domain_read_stands_there_behind_an_at_sign() =>
        Field.Sample(field =>
        {
            var authors = Read(field);
            Assert.That(authors.Problem is null, Is.EqualTo(authors.ProblemText is null));
            Assert.That(authors.Domains, Has.Length.LessThanOrEqualTo(5).And.Unique);
            if (authors.Problem is null)
                Assert.That(authors.Domains, Is.Not.Empty);
            // RFC 5322 §4.4, obs-domain: white space and comments may stand around its dots. Of a field that is no good, quotes and brackets fall away, too.
            var octets = Encoding.UTF8.GetBytes(authors.Problem is null ? field : field.Replace("=?utf-8?Q?=40?=", "@", StringComparison.Ordinal));
            var fallsAway = authors.Problem is null ? "" : "\"[]\\";
            string[] bare = [Bare(octets, ""), Bare(octets, fallsAway), Bare(ShownDomain.WithoutComments(octets, knowsQuotes: true), fallsAway), Bare(ShownDomain.WithoutComments(octets, knowsQuotes: false), fallsAway)];
            foreach (var domain in authors.Domains)
            {
                var text = domain.ToString();
                Assert.That(domain.LabelCount, Is.GreaterThan(1));
                if (!text.Contains("xn--", StringComparison.Ordinal))
                    Assert.That(bare.Any(shown => shown.IndexOf('@') is >= 0 and var at && shown.IndexOf(text, at, StringComparison.OrdinalIgnoreCase) > 0), field);
            }
        }, iter: 10_000);

    private static string Bare(ReadOnlySpan<byte> field, string fallsAway) =>
        string.Concat(Encoding.UTF8.GetString(field).Where(character => character is > ' ' and not '\x7F' && !fallsAway.Contains(character, StringComparison.Ordinal)));

    /// <summary>MimeKit's parser takes much more; what both take must be the same, or one of us names a wrong author.</summary>
    [Test]
    public void What_is_accepted_in_from_mimekit_reads_the_same() =>
        Field.Sample(field =>
        {
            var value = Encoding.UTF8.GetBytes(field);
            var ours = new List<string>();
            var reader = new MailboxListReader(value);
            while (reader.MoveNext())
                ours.Add(reader.IsAddressLiteral ? "literal" : Encoding.UTF8.GetString(reader.Domain).TrimEnd('.'));
            if (reader.Problem is not null || !MimeKit.InternetAddressList.TryParse(value, out var list))
                return;
            var theirs = list.Mailboxes.Select(mailbox => mailbox.Domain.StartsWith('[') ? "literal" : mailbox.Domain).ToList();
            Assert.That(theirs, Is.EqualTo(ours), field);
        }, iter: 10_000);

    [Test]
    public void Whatever_a_record_holds_reading_and_checking_it_agree() =>
        Record.Sample(text =>
        {
            var isRecord = DmarcRecord.TryParse(Encoding.UTF8.GetBytes(text), out var record);
            var report = DmarcRecord.Lint(text);
            Assert.That(report.IsUsable, Is.EqualTo(record?.IsUsable ?? false), text);
            Assert.That(isRecord || !report.Diagnostics.IsEmpty);
            Assert.That(report.Diagnostics.Select(diagnostic => diagnostic.Position), Is.Ordered.And.All.InRange(0, Encoding.UTF8.GetByteCount(text)), text);
            if (!report.IsUsable)
                Assert.That(report.Diagnostics.Any(diagnostic => diagnostic.Severity == EmailAuth.Syntax.DiagnosticSeverity.Error), text);
        }, iter: 10_000);

    [Attack("P1")]
    [TestCase("From: {0}\r\n", "(")]
    [TestCase("From: {0}\r\n", "a@x.test,")]
    [TestCase("From: {0}\r\n", "@a.b")]
    [TestCase("From: {0}\r\n", "\"")]
    [TestCase("From: {0}\r\n", "a ")]
    [TestCase("From: {0}\r\n", "g:;,")]
    [TestCase("X: {0}\r\n", "\nFrom:")]
    public void A_long_field_costs_memory_in_proportion_to_its_length(string header, string piece)
    {
        var octets = Encoding.UTF8.GetBytes(string.Format(System.Globalization.CultureInfo.InvariantCulture, header, string.Concat(Enumerable.Repeat(piece, 60_000 / piece.Length))));
        var block = HeaderBlock.Parse(octets, MessageLimits.Default);
        AuthorDomains.Read(block, DmarcLimits.Default);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var authors = AuthorDomains.Read(block, DmarcLimits.Default);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(64 * octets.Length + (256 << 10)));
        Assert.That(authors.Problem, Is.Not.Null);
    }
}
