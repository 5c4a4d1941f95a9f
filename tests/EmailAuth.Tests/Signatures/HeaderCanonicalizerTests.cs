using System.Text;
using EmailAuth.Message;
using EmailAuth.Signatures;

namespace EmailAuth.Tests.Signatures;

[Rfc(6376, "3.4.1")]
[Rfc(6376, "3.4.2")]
public class HeaderCanonicalizerTests
{
    private static string Canonicalize(CanonicalizationAlgorithm algorithm, string header, string names)
    {
        Assert.That(SignedFieldList.TryRead(Encoding.Latin1.GetBytes(names), 256, out var list, out _));
        var hasher = new HeaderHasher(algorithm);
        hasher.AddFields(HeaderBlock.Parse(Encoding.Latin1.GetBytes(header), MessageLimits.Default), list, own: -1);
        var canonical = Encoding.Latin1.GetString(hasher.Canonical);
        hasher.Dispose();
        return canonical;
    }

    [Test]
    [Rfc(6376, "3.4.5")]
    public void The_examples_of_the_section_come_out_as_printed()
    {
        const string header = "A: X\r\nB : Y\t\r\n\tZ  \r\n";
        Assert.That(Canonicalize(CanonicalizationAlgorithm.Relaxed, header, "a:b"), Is.EqualTo("a:X\r\nb:Y Z\r\n"));
        Assert.That(Canonicalize(CanonicalizationAlgorithm.Simple, header, "a:b"), Is.EqualTo(header));
    }

    [TestCase("A:\r\n", "a:\r\n")]
    [TestCase("A: \t \r\n", "a:\r\n")]
    [TestCase("A:\r\n b\r\n", "a:b\r\n")]
    [TestCase("A:\r\n \r\n b\r\n", "a:b\r\n")]
    [TestCase("A: b\r\n c\r\n", "a:b c\r\n")]
    [TestCase("A: b \r\n\t c \t\r\n \r\n", "a:b c\r\n")]
    [TestCase("A: b\tc\r\n", "a:b c\r\n")]
    [TestCase("A: b  c   d\r\n", "a:b c d\r\n")]
    [TestCase("A: b: c\r\n", "a:b: c\r\n")]
    [TestCase("LONG-Name \t: B\r\n", "long-name:B\r\n")]
    [TestCase("A: b", "a:b\r\n")]
    [TestCase("A: b ", "a:b\r\n")]
    [TestCase("A: b\rc \r d\r\n", "a:b\rc \r d\r\n")]
    [TestCase("A: b\nc  \n d\r\n", "a:b\nc \n d\r\n")]
    [TestCase("A: \u00C4\u00A0\0  \u00FF\r\n", "a:\u00C4\u00A0\0 \u00FF\r\n")]
    [TestCase("A: words with single spaces between them, for longer than a vector or two are\r\n", "a:words with single spaces between them, for longer than a vector or two are\r\n")]
    [TestCase("A: words with single spaces between them, and two at the end of the  vector's\r\n\tline\r\n", "a:words with single spaces between them, and two at the end of the vector's line\r\n")]
    public void White_space_is_reduced_and_nothing_else(string field, string canonical)
    {
        var name = field[..field.IndexOf(':', StringComparison.Ordinal)].Trim();
        Assert.That(Canonicalize(CanonicalizationAlgorithm.Relaxed, field, name), Is.EqualTo(canonical));
        Assert.That(Canonicalize(CanonicalizationAlgorithm.Simple, field, name), Is.EqualTo(field.EndsWith("\r\n", StringComparison.Ordinal) ? field : field + "\r\n"));
    }

    [TestCase("received", "received:3\r\n")]
    [TestCase("received:received", "received:3\r\nreceived:2\r\n")]
    [TestCase("Received : RECEIVED:\r\n\treceived:received", "received:3\r\nreceived:2\r\nreceived:1\r\n")]
    [TestCase("x:received:y:from", "received:3\r\nfrom:a\r\n")]
    [TestCase("from:from", "from:a\r\n")]
    [Rfc(6376, "5.4.2")]
    public void A_name_takes_the_lowest_field_that_is_left(string names, string canonical) =>
        Assert.That(Canonicalize(CanonicalizationAlgorithm.Relaxed, "Received: 1\r\nFrom: a\r\nReceived: 2\r\nReceived: 3\r\n", names), Is.EqualTo(canonical));

    [Test]
    [Rfc(6376, "3.5")]
    public void The_value_of_b_is_taken_out_with_its_white_space()
    {
        foreach (var (field, unsigned) in new[]
        {
            ("DKIM-Signature: a=1; b=abc", "dkim-signature:a=1; b="),
            ("DKIM-Signature: a=1; b=\r\n abc \r\n", "dkim-signature:a=1; b="),
            ("DKIM-Signature: b = a\r\n\tb ; c=d\r\n", "dkim-signature:b =; c=d"),
        })
        {
            var start = field.IndexOf("b", StringComparison.Ordinal);
            start = field.IndexOf('=', start) + 1;
            var end = field.IndexOf(';', start) is >= 0 and var semicolon ? semicolon : field.Length;
            var hasher = new HeaderHasher(CanonicalizationAlgorithm.Relaxed);
            hasher.AddSignatureField(Encoding.Latin1.GetBytes(field), 14, 14, start, end);
            Assert.That(Encoding.Latin1.GetString(hasher.Canonical), Is.EqualTo(unsigned));
            hasher.Dispose();
        }
    }
}
