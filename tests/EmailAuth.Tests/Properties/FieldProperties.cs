using System.Text;
using CsCheck;
using EmailAuth.AuthResults;
using EmailAuth.Message;
using EmailAuth.Syntax;
using static EmailAuth.Tests.Properties.Sampled;

namespace EmailAuth.Tests.Properties;

/// <summary>Header fields as they are split, read and written.</summary>
public class FieldProperties
{
    private const string Service = "mx.receiver.example";

    private static readonly Gen<string> HeaderText = Text(16, "From: a@b.example\r\n", "Subject: x\r\n", "X:", " folded\r\n", "\tfolded\r\n", "\r\n", "\r", "\n", ":", "no colon\r\n", "A B: c\r\n", "X : y\r\n", "\0: z\r\n", "\xE9: z\r\n", ": empty\r\n", "Y: \r\n");

    [Test, Invariant("F1")]
    public void The_fields_of_a_header_section_are_all_of_it_in_order() =>
        HeaderText.Sample(text =>
        {
            var header = Header(text);
            var at = 0;
            foreach (ref readonly var field in header.Fields)
            {
                if (field.Start != at || field.End <= field.Start)
                    return false;
                at = field.End;
            }
            return at == header.Octets.Length;
        }, iter: Often);

    [Test, Invariant("F2")]
    public Task How_a_message_arrives_does_not_matter_to_its_header_section() =>
        Gen.Select(HeaderText, Gen.Int[1, 9].Array[1, 4]).SampleAsync(async (text, pieces) =>
        {
            using var whole = EmailMessage.FromBytes(Latin1(text + "\r\nbody")).Open();
            using var arriving = Arriving(text + "\r\nbody", pieces).Open();
            var (one, other) = (await whole.ReadHeaderAsync(MessageLimits.Default, CancellationToken.None), await arriving.ReadHeaderAsync(MessageLimits.Default, CancellationToken.None));
            return one.Octets.SequenceEqual(other.Octets) && one.Fields.SequenceEqual(other.Fields) && (one.Defect, one.HasBareLineEnd) == (other.Defect, other.HasBareLineEnd);
        }, iter: Often);

    [Test, Invariant("F3")]
    public void A_value_is_its_octets_without_folds() =>
        FieldValue.Sample(value =>
        {
            var header = Header($"Subject:{value}\r\n");
            // A line of white space alone ends nothing: it is part of the field.
            var field = header.FieldAt(0);
            return field.Name == "Subject" && Encoding.Latin1.GetString(field.RawOctets.Span) == $"Subject:{value}\r\n" && !field.Value.Contains("\r\n", StringComparison.Ordinal)
                && field.Value == Octets.ToText(Latin1(value).AsSpan().TrimFws()).Replace("\r\n", "", StringComparison.Ordinal);
        }, iter: Often);

    private static readonly Gen<string> Value = Text(8, "a", "b.c", "x@y.example", " ", "\"", "\\", "(", ")", ";", "=", "/", "\r\n", "\r\nX-Evil: y", "\0", "\t", "é", "dkim=pass", new string('x', 120), "; dmarc=pass");

    private static readonly Gen<AuthenticationResults> Results = Gen.Select(OneOf(Service, "mx 1", "a\"b", "x.example"),
        Gen.Select(OneOf("spf", "dkim", "dmarc", "x-a"), OneOf("pass", "fail", "none"), Value, Value, Gen.Select(OneOf("header", "smtp", "policy"), OneOf("d", "from", "mailfrom"), Value).Array[0, 4]).Array[0, 6]).Select((service, results) =>
        new AuthenticationResults(service, [.. results.Select(result => new MethodResult(result.Item1, result.Item2)
        {
            Reason = result.Item3.Length > 0 ? result.Item3 : null,
            Comment = result.Item4.Length > 0 ? result.Item4 : null,
            Properties = [.. result.Item5.Select(property => new AuthenticationResultsProperty(property.Item1, property.Item2, property.Item3))],
        })]));

    [Test, Invariant("F4")]
    public void Authentication_results_are_read_as_they_were_written() =>
        Results.Sample(results =>
        {
            if (!AuthenticationResults.TryRead(results.ToHeaderField(allowUtf8: true), out var read, out _))
                return false;
            Assert.That(read.ToUnfoldedValue(allowUtf8: true), Is.EqualTo(results.ToUnfoldedValue(allowUtf8: true)));
            return read.AuthservId == results.AuthservId && read.ToUnfoldedValue(allowUtf8: true) == results.ToUnfoldedValue(allowUtf8: true)
                && read.Results.Select(result => (result.Method, result.Result, result.Properties.Length)).SequenceEqual(results.Results.Select(result => (result.Method, result.Result, result.Properties.Length)))
                && read.Results.SelectMany(result => result.Properties).Zip(results.Results.SelectMany(result => result.Properties)).All(pair => pair.First.Value.TrimEnd('.') is var value && Clean(pair.Second.Value).StartsWith(value, StringComparison.Ordinal));
        }, iter: Often);

    private static string Clean(string value) => string.Concat(value.Where(character => !char.IsControl(character)));

    [Test, Invariant("F5")]
    public void A_written_field_is_one_field_of_bounded_length() =>
        Gen.Select(Results, Gen.Bool).Sample((results, isUtf8) => results.ToHeaderField(isUtf8) is var field && SpfProperties.OneField(field) && field.RawOctets.Length <= 8 << 10 && (isUtf8 || Ascii.IsValid(field.RawOctets.Span)), iter: Often);

    [Test, Invariant("F6")]
    public void Folded_or_not_a_field_says_the_same() =>
        Results.Sample(results => AuthenticationResults.TryRead(results.ToHeaderField(), out var folded, out _) && AuthenticationResults.TryRead(Latin1(results.ToUnfoldedValue()), out var unfolded, out _)
            && folded.ToUnfoldedValue() == unfolded.ToUnfoldedValue(), iter: Often);

    [Test, Invariant("F7")]
    public void No_value_adds_a_result() =>
        Results.Sample(results => AuthenticationResults.TryRead(results.ToHeaderField(), out var read, out _) && read.Results.Length == results.Results.Length, iter: Often);

    private static readonly Gen<(string Field, bool IsForged)> ArrivingResults = Gen.OneOf(
        OneOf("Authentication-Results: mx.receiver.example; dkim=pass", "authentication-RESULTS: MX.Receiver.EXAMPLE; none", "Authentication-Results: (c) mx.receiver.example (d) ; spf=pass", "Authentication-Results:\r\n \"mx.receiver.example\"; x=y", "Authentication-Results: mx.receiver.example 1; dmarc=pass",
            "Authentication-Results : mx.receiver.example; dmarc=pass").Select(field => (field, true)),
        OneOf("Authentication-Results: mx.other.example; dkim=pass", "Authentication-Results: mx.receiver.example.other.example; none", "X-Authentication-Results: mx.receiver.example; none", "Subject: Authentication-Results: mx.receiver.example; dkim=pass", "Received: x", "Authentication-Results: other.example; x=mx.receiver.example").Select(field => (field, false)));

    [Test, Invariant("F8")]
    public void The_forged_fields_are_found_all_and_alone_last_first() =>
        ArrivingResults.Array[0, 12].Sample(fields =>
        {
            var forged = AuthenticationResults.ForgedFields(Header(string.Concat(fields.Select(field => field.Field + "\r\n"))), Service);
            return forged.SequenceEqual(Enumerable.Range(0, fields.Length).Where(i => fields[i].IsForged).Reverse());
        }, iter: Often);

    [Test, Invariant("F9")]
    public void When_the_forged_fields_are_taken_out_in_that_order_none_is_left_and_no_other_is_touched() =>
        Gen.Select(ArrivingResults, HeaderText).Array[0, 8].Sample(fields =>
        {
            var text = string.Concat(fields.Select(field => $"{field.Item1.Field}\r\n{field.Item2.Replace("\r\n\r\n", "\r\n", StringComparison.Ordinal)}"));
            var header = Header(text);
            var forged = AuthenticationResults.ForgedFields(header, Service);
            var octets = header.Octets.ToArray().ToList();
            foreach (var index in forged)
            {
                if (index < 0 || index >= header.Fields.Length)
                    return false;
                octets.RemoveRange(header.Fields[index].Start, header.Fields[index].End - header.Fields[index].Start);
            }
            return AuthenticationResults.ForgedFields(HeaderBlock.Parse(octets.ToArray(), MessageLimits.Default), Service).IsEmpty && forged.SequenceEqual(forged.Distinct().OrderDescending());
        }, iter: Often);

    private static readonly Gen<string> AnyResults = Text(20, "mx.example", " 1", ";", ";", " dkim=pass", " spf=fail", "reason=\"x\"", " header.d=y.example", "(c)", "(", ")", "\"", "\\", "=", ".", "/1", "none", "\r\n ", "\0", "é", "@");

    [Test, Invariant("F10")]
    public void What_is_read_is_within_the_limits_and_can_be_written_and_read_again() =>
        AnyResults.Sample(text =>
        {
            var limits = new AuthenticationResultsLimits { MaxResults = 3, MaxProperties = 2 };
            if (!AuthenticationResults.TryRead(Encoding.UTF8.GetBytes(text), out var read, out var problem, limits))
                return problem.Length > 0;
            return read.Results.Length <= 3 && read.Results.All(result => result.Properties.Length <= 2) && AuthenticationResults.TryRead(read.ToHeaderField(allowUtf8: true), out var again, out _) && again.Results.Length == read.Results.Length;
        }, iter: Often);

    [Test, Invariant("F11")]
    public void White_space_and_comments_are_skipped_to_the_same_place_by_whatever_they_are_made_of() =>
        Text(8, " ", "\t", "\r\n ", "(a)", "((b) \\) c)").Sample(space =>
        {
            var reader = new SyntaxReader(Latin1(space + "x"));
            return reader.TrySkipCfws() && reader.Position == space.Length && reader.TrySkipCfws() && reader.Position == space.Length;
        }, iter: Often);

    [Test, Invariant("F12")]
    public void Case_is_that_of_ascii_letters_alone() =>
        Gen.Select(Gen.Byte.Array[0, 8], Gen.Byte.Array[0, 8], Gen.Bool).Sample((one, other, isSame) =>
        {
            if (isSame)
                other = [.. one.Select(octet => octet is >= (byte)'a' and <= (byte)'z' ? (byte)(octet - 32) : octet)];
            return Octets.EqualsIgnoreCase(one, other) == Encoding.Latin1.GetString(one).ToAscii().Equals(Encoding.Latin1.GetString(other).ToAscii(), StringComparison.Ordinal);
        }, iter: Often);
}

internal static class AsciiCase
{
    /// <summary>Folded by the book: the 26 letters, one by one.</summary>
    public static string ToAscii(this string text) => string.Concat(text.Select(character => "ABCDEFGHIJKLMNOPQRSTUVWXYZ".IndexOf(character, StringComparison.Ordinal) is >= 0 and var letter ? "abcdefghijklmnopqrstuvwxyz"[letter] : character));
}
