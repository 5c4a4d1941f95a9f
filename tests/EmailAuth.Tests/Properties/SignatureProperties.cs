using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using CsCheck;
using EmailAuth.Dkim;
using EmailAuth.Message;
using EmailAuth.Signatures;
using EmailAuth.Syntax;
using EmailAuth.Tests.Dkim;
using static EmailAuth.Tests.Properties.Sampled;

namespace EmailAuth.Tests.Properties;

/// <summary>Canonical forms, tag lists, key records, and what a signature covers.</summary>
public class SignatureProperties
{
    private const CanonicalizationAlgorithm Simple = CanonicalizationAlgorithm.Simple, Relaxed = CanonicalizationAlgorithm.Relaxed;

    private static readonly Gen<CanonicalizationAlgorithm> Algorithm = OneOf(Simple, Relaxed);

    private static readonly Gen<SigningKey> Key = Gen.Bool.Select(isRsa => isRsa ? TestMail.Rsa : TestMail.Ed25519);

    private sealed class Collector : IBodyConsumer
    {
        public ArrayBufferWriter<byte> Octets { get; } = new();

        public void Append(ReadOnlySpan<byte> piece) => Octets.Write(piece);
    }

    private static string Canonical(CanonicalizationAlgorithm algorithm, string body, params int[] pieces)
    {
        var octets = Latin1(body);
        var collector = new Collector();
        using var canonicalizer = BodyCanonicalizer.Create(algorithm, collector);
        for (int at = 0, i = 0; at < octets.Length; i++)
        {
            var length = pieces.Length == 0 ? octets.Length : Math.Min(pieces[i % pieces.Length], octets.Length - at);
            canonicalizer.Append(octets.AsSpan(at, length));
            at += length;
        }
        collector.Append(canonicalizer.Finish());
        return Latin1(collector.Octets.WrittenSpan);
    }

    private static string Canonical(CanonicalizationAlgorithm algorithm, string name, string value)
    {
        var field = Latin1($"{name}:{value}\r\n");
        var output = new byte[field.Length + 2];
        return Latin1(output.AsSpan(0, HeaderCanonicalizer.Write(algorithm, field, name.TrimEnd(' ', '\t').Length, name.Length, output)));
    }

    // ---- Bodies ----

    [Test, Invariant("C1")]
    public void Where_a_body_is_cut_does_not_matter() =>
        Gen.Select(Body, Algorithm, Gen.Int[1, 9].Array[1, 5]).Sample((body, algorithm, pieces) => Canonical(algorithm, body, pieces) == Canonical(algorithm, body), iter: Often);

    [Test, Invariant("C2")]
    public void A_canonical_body_is_its_own_canonical_form() =>
        Gen.Select(Body, Algorithm).Sample((body, algorithm) => Canonical(algorithm, Canonical(algorithm, body)) == Canonical(algorithm, body), iter: Often);

    [Test, Invariant("C3")]
    public void A_simple_body_ends_in_one_line_end() =>
        Body.Sample(body => Canonical(Simple, body) is var canonical && canonical.EndsWith("\r\n", StringComparison.Ordinal) && (canonical == "\r\n" || !canonical.EndsWith("\r\n\r\n", StringComparison.Ordinal)), iter: Often);

    [Test, Invariant("C4")]
    public void A_relaxed_body_has_no_run_of_white_space_and_none_before_a_line_end() =>
        Body.Sample(body => Canonical(Relaxed, body) is var canonical && !canonical.Contains("  ", StringComparison.Ordinal) && !canonical.Contains('\t', StringComparison.Ordinal)
            && !canonical.Contains(" \r\n", StringComparison.Ordinal) && (canonical.Length == 0 || canonical.EndsWith("\r\n", StringComparison.Ordinal)), iter: Often);

    [Test, Invariant("C5")]
    public void Relaxed_forgives_all_that_simple_does() => Body.Sample(body => Canonical(Relaxed, Canonical(Simple, body)) == Canonical(Relaxed, body), iter: Often);

    [Test, Invariant("C6")]
    public void What_is_visible_survives_both() =>
        Gen.Select(Body, Algorithm).Sample((body, algorithm) => Bare(Canonical(algorithm, body)) == Bare(body), iter: Often);

    private static string Bare(string text) => string.Concat(text.Where(character => character is not (' ' or '\t' or '\r' or '\n')));

    [Test, Invariant("C7")]
    public void A_body_hash_is_that_of_the_canonical_body_up_to_l() =>
        Gen.Select(Body, Algorithm, Gen.Int[0, 400]).Sample((body, algorithm, limit) =>
        {
            using var plan = new BodyHashPlan();
            var (whole, part) = (plan.Add(algorithm)!, plan.Add(algorithm, limit)!);
            plan.Append(Latin1(body));
            plan.Finish();
            var canonical = Latin1(Canonical(algorithm, body));
            return whole.Matches(SHA256.HashData(canonical)) && whole.BodyLength == canonical.Length && part.Matches(SHA256.HashData(canonical.AsSpan(0, Math.Min(limit, canonical.Length))));
        }, iter: Often);

    // ---- Header fields ----

    [Test, Invariant("C8")]
    public void A_relaxed_field_is_its_own_canonical_form() =>
        FieldValue.Sample(value => Canonical(Relaxed, "Subject", value) is var once && Canonical(Relaxed, "subject", once["subject:".Length..^2]) == once, iter: Often);

    [Test, Invariant("C9")]
    public void A_simple_field_is_the_field() => FieldValue.Sample(value => Canonical(Simple, "Subject", value) == $"Subject:{value}\r\n", iter: Often);

    [Test, Invariant("C10")]
    public void Relaxed_sees_neither_folds_nor_the_case_of_a_name_nor_white_space_around_the_colon() =>
        Gen.Select(FieldValue, OneOf("\r\n ", "\r\n\t", "\t", "   ")).Sample((value, space) =>
            Canonical(Relaxed, "Subject", value) == Canonical(Relaxed, "suBJECT \t", space + value.Replace(" ", space, StringComparison.Ordinal) + space), iter: Often);

    // ---- Tags and keys ----

    [Test, Invariant("C11")]
    public void A_tag_list_is_read_as_it_was_written() =>
        Gen.Select(OneOf("a", "b", "c", "d1", "e_2"), Text(4, "x", "y z", "=", "/", "+"), Text(2, " ", "\t", "\r\n "), Gen.Bool).Array[1, 5].Where(tags => tags.Select(tag => tag.Item1).Distinct().Count() == tags.Length).Sample(tags =>
        {
            var text = string.Join(';', tags.Select(tag => $"{tag.Item3}{tag.Item1}{tag.Item3}={tag.Item3}{tag.Item2}{tag.Item3}")) + (tags[0].Item4 ? ";" : "");
            var error = TagTable.Read(Latin1(text), new TagSlice[16], out var table, out _, out _);
            if (error != TagTableError.None || table.Tags.Length != tags.Length)
                return false;
            for (var i = 0; i < tags.Length; i++)
            {
                if (Latin1(table.Name(table.Tags[i])) != tags[i].Item1 || Latin1(table.Value(table.Tags[i])) != tags[i].Item2)
                    return false;
            }
            return true;
        }, iter: Often);

    [Test, Invariant("C12")]
    public void A_tag_that_stands_twice_is_an_error_wherever_it_stands() =>
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 5]).Where((first, second) => first != second).Sample((first, second) =>
        {
            var names = new[] { "a", "b", "c", "d", "e", "f" };
            names[second] = names[first];
            return TagTable.Read(Latin1(string.Join("; ", names.Select(name => $"{name}=1"))), new TagSlice[16], out _, out _, out _) == TagTableError.Duplicate;
        }, iter: Often);

    [Test, Invariant("C13")]
    public void Base64_is_read_with_white_space_anywhere_and_with_nothing_else() =>
        Gen.Select(Gen.Byte.Array[0, 60], Gen.Int[0, 80], OneOf(" ", "\r\n\t", "\t", "-", "\0", "=A")).Sample((octets, at, between) =>
        {
            var text = Convert.ToBase64String(octets);
            var isRead = Base64Text.TryDecode(Latin1(text.Insert(Math.Min(at, text.Length), between)), 1_000, out var read);
            return between.Trim(' ', '\t', '\r', '\n').Length == 0 ? isRead && read.SequenceEqual(octets) : !isRead;
        }, iter: Often);

    [Test, Invariant("C14")]
    public void Quoted_printable_brings_every_octet_back_but_controls() =>
        Gen.Frequency((1, Gen.Byte), (30, Gen.Byte[0x20, 0xFF])).Array[0, 60].Sample(octets =>
        {
            var text = new StringBuilder();
            QuotedPrintableText.AppendEncoded(text, octets);
            var isRead = QuotedPrintableText.TryDecode(Latin1(text.ToString()), 1_000, out var read);
            return Ascii.IsValid(text.ToString()) && (octets.Any(octet => octet is < 0x20 or 0x7F) ? !isRead : isRead && read.SequenceEqual(octets));
        }, iter: Often);

    [Test, Invariant("C15")]
    public void A_key_record_is_read_as_it_was_written() =>
        Gen.Select(Key, Gen.Bool, Gen.Bool).Sample((key, isTesting, isStrict) =>
        {
            var record = DkimKeyRecord.FromKey(key, isTesting, isStrict);
            return DkimKeyRecord.TryParse(record.ToString(), out var read) && read.ToString() == record.ToString() && (read.IsTesting, read.IsStrict, read.KeyBits) == (isTesting, isStrict, key.KeyBits)
                && DkimKeyRecord.Lint(record.ToString()).IsUsable;
        }, iter: Seldom);

    private static readonly Gen<string> KeyRecordText = OneOf("v=DKIM1", "v=DKIM2", "k=rsa", "k=ed25519", "k=x", "p=", "p=AAAA", "p=" + Convert.ToBase64String(TestMail.Ed25519.PublicKeyData.Span), "t=y", "t=y:s", "s=email", "s=tlsrpt", "h=sha256", "h=sha1", "n=note", "x", "=", "k=rsa")
        .Array[0, 6].Select(tags => string.Join("; ", tags));

    [Test, Invariant("C16")]
    public Task A_key_record_is_usable_to_the_linter_exactly_if_it_is_to_the_verifier() =>
        KeyRecordText.SampleAsync(async text =>
        {
            var isUsable = DkimKeyRecord.Lint(text).IsUsable;
            var isRead = DkimKeyRecord.TryParse(text, out var record);
            Assert.That(isUsable, Is.False.Or.EqualTo(isRead), text);
            // What the linter calls usable makes no verifier end in "no key" or "syntax".
            var result = await TestMail.VerifyAsync(Signed, TestMail.ZoneWith("ed._domainkey.example.com", text));
            if (result.Status == DkimStatus.Pass)
                Assert.That(isUsable, Is.True, text);
        }, iter: Seldom);

    private static string Signed { get; } = TestMail.SignAsync(TestMail.Plain, TestMail.Options(TestMail.Ed25519)).GetAwaiter().GetResult();

    [Test, Invariant("C17")]
    public void A_private_key_comes_back_from_its_pem() =>
        Gen.Byte.Array[32].Sample(seed =>
        {
            using var key = SigningKey.FromEd25519Seed(seed);
            using var read = SigningKey.FromPem(key.ExportPkcs8Pem());
            return read.PublicKeyData.Span.SequenceEqual(key.PublicKeyData.Span);
        }, iter: Seldom);

    [Test, Invariant("C18")]
    public void A_number_is_its_digits_or_the_largest_there_is() =>
        Gen.Char["0123456789"].Array[1, 30].Select(digits => new string(digits)).Sample(digits =>
            Octets.TryParseNumber(Latin1(digits), out var number) && number == (System.Numerics.BigInteger.Parse(digits, System.Globalization.CultureInfo.InvariantCulture) is var exact && exact > long.MaxValue ? long.MaxValue : (long)exact), iter: Often);

    // ---- Signatures ----

    private static readonly Gen<DkimSignerOptions> Options = Gen.Select(Key, Algorithm, Algorithm, Gen.Bool).Select((key, header, body, copies) =>
        TestMail.Options(key) with { HeaderCanonicalization = header, BodyCanonicalization = body, CopiesFields = copies, ExpiresAfter = copies ? TimeSpan.FromDays(1) : null });

    private static readonly Gen<string> LineEnded = Text(20, " ", "\t", "\r\n", "\r\n", "a", "b c", ".", "\xE9");

    private static readonly Gen<string> Message = Gen.Select(Text(8, " ", "\r\n ", "a", "B", "\xE9", ":"), LineEnded).Select((subject, body) => $"{TestMail.Header.Replace("Dinner", "D" + subject, StringComparison.Ordinal)}\r\n{body}");

    [Test, Invariant("K1")]
    public Task What_is_signed_verifies() =>
        Gen.Select(Message, Options).SampleAsync(async (message, options) => (await TestMail.VerifyAsync(await TestMail.SignAsync(message, options))).Status == DkimStatus.Pass, iter: Seldom);

    [Test, Invariant("K2")]
    public Task A_changed_octet_of_the_body_never_passes_unless_its_canonical_form_is_the_same() =>
        Gen.Select(Message, Options, Gen.Int[0, 1_000], Gen.Byte[1, 255]).SampleAsync(async (message, options, where, flip) =>
        {
            var split = message.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;
            if (split == message.Length)
                return true;
            var at = split + where % (message.Length - split);
            var changed = string.Concat(message.AsSpan(0, at), ((char)(message[at] ^ flip)).ToString(), message.AsSpan(at + 1));
            var signed = await TestMail.SignAsync(message, options);
            var result = await TestMail.VerifyAsync(signed[..^message.Length] + changed);
            var isSame = Canonical(options.BodyCanonicalization, changed[split..]) == Canonical(options.BodyCanonicalization, message[split..]);
            return isSame == (result.Status == DkimStatus.Pass);
        }, iter: Seldom);

    [Test, Invariant("K3")]
    public Task A_changed_octet_of_a_signed_field_never_passes_unless_its_canonical_form_is_the_same() =>
        Gen.Select(Options, Gen.Int[0, 1_000], Gen.Char["aZ0:;@<>()=\t\x7F\xE9"]).SampleAsync(async (options, where, character) =>
        {
            var at = where % (TestMail.Header.Length - 2);
            if (TestMail.Header[at] is '\r' or '\n')
                return true;
            var changed = string.Concat(TestMail.Plain.AsSpan(0, at), character.ToString(), TestMail.Plain.AsSpan(at + 1));
            var result = await TestMail.VerifyAsync((await TestMail.SignAsync(TestMail.Plain, options))[..^TestMail.Plain.Length] + changed);
            var isSame = CanonicalHeader(options.HeaderCanonicalization, changed) == CanonicalHeader(options.HeaderCanonicalization, TestMail.Plain);
            // All fields of the message are signed by default.
            return result.Status != DkimStatus.Pass || isSame;
        }, iter: Seldom);

    private static string CanonicalHeader(CanonicalizationAlgorithm algorithm, string message)
    {
        var header = Header(message[..(message.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 2)]);
        var text = new StringBuilder();
        foreach (ref readonly var field in header.Fields)
        {
            var output = new byte[field.End - field.Start + 2];
            text.Append(Latin1(output.AsSpan(0, HeaderCanonicalizer.Write(algorithm, header.Whole(field), field.NameLength, Math.Max(field.Colon - field.Start, field.NameLength), output))));
        }
        return text.ToString();
    }

    [Test, Invariant("K4")]
    public Task A_field_that_was_added_breaks_a_signature_exactly_if_its_name_was_oversigned() =>
        Gen.Select(Options, OneOf("From", "to", "SUBJECT", "Cc", "Reply-To", "Content-Type", "MIME-Version", "Message-ID", "X-Spam", "Received", "Comments", "List-Foo"), Gen.Bool).SampleAsync(async (options, name, isOnTop) =>
        {
            var signed = await TestMail.SignAsync(TestMail.Plain, options);
            var split = signed.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 2;
            var result = await TestMail.VerifyAsync(signed.Insert(isOnTop ? 0 : split, $"{name}: x\r\n"));
            var isOversigned = options.OversignedFields.Contains(name, StringComparer.OrdinalIgnoreCase);
            return result.Status == DkimStatus.Pass != isOversigned;
        }, iter: Seldom);

    [Test, Invariant("K5")]
    public Task Relaxed_survives_a_relay_that_folds_anew() =>
        Gen.Select(Message, Key, OneOf(" ", "\r\n ", " \t", "\r\n\t ")).SampleAsync(async (message, key, space) =>
        {
            var signed = await TestMail.SignAsync(message, TestMail.Options(key) with { HeaderCanonicalization = Relaxed, BodyCanonicalization = Relaxed });
            var split = signed.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            var folded = string.Join("\r\n", signed[..split].Replace("\r\n ", " ", StringComparison.Ordinal).Replace("\r\n\t", "\t", StringComparison.Ordinal).Split("\r\n").Select(line => line.Replace(" ", space, StringComparison.Ordinal)));
            return (await TestMail.VerifyAsync(folded + signed[split..])).Status == DkimStatus.Pass;
        }, iter: Seldom);

    [Test, Invariant("K6")]
    public Task A_signature_says_what_the_signer_was_told() =>
        Options.SampleAsync(async options =>
        {
            var field = await new DkimSigner(options).SignAsync(TestMail.MessageOf(TestMail.Plain));
            return DkimSignature.TryParse(field.Value, out var read) && read.Domain == options.Domain && read.Selector.ToString() == options.Selector && read.HeaderCanonicalization == options.HeaderCanonicalization
                && read.BodyCanonicalization == options.BodyCanonicalization && read.BodyLength is null && read.Expiration - read.Timestamp == options.ExpiresAfter && DkimSignature.Lint(field.Value).IsUsable
                && read.SignedFields.Count(name => name.Equals("from", StringComparison.OrdinalIgnoreCase)) == 2;
        }, iter: Seldom);

    private static readonly Gen<string> SignatureText = OneOf("v=1", "v=2", "a=rsa-sha256", "a=rsa-sha1", "a=ed25519-sha256", "d=example.com", "d=com", "d=", "s=rsa", "s=a..b", "h=from", "h=to", "h=From:from:", "bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "bh=AAAA",
        "b=AAAA", "b=", "l=1", "l=x", "t=1", "x=99999999999999999999", "x=0", "i=@example.com", "i=a@b.example.com", "i=@evil.test", "c=relaxed", "c=simple/x", "q=dns/txt", "q=x", "z=a:b", "r=y", "v=1").Array[0, 14].Select(tags => string.Join("; ", tags));

    [Test, Invariant("K7")]
    public void A_signature_field_is_usable_to_the_linter_exactly_if_it_can_be_read() =>
        Gen.Select(SignatureText, Gen.Bool).Sample((text, whole) =>
        {
            if (whole)
                text = $"v=1; a=rsa-sha256; d=example.com; s=rsa; h=from; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA; {text.Split("; ")[0]}";
            return DkimSignature.Lint(text).IsUsable == DkimSignature.TryParse(text, out _);
        }, iter: Often);

    /// <summary>A verifier ends at the first defect; it must be among all of them, and each must stand where it is said to.</summary>
    [Test, Invariant("K7")]
    public void What_a_verifier_refuses_is_among_all_that_is_wrong() =>
        SignatureText.Sample(text =>
        {
            var value = Encoding.UTF8.GetBytes(text);
            if (DkimSignature.TryRead(value, out _, out var defect))
                return true;
            var diagnostics = DkimSignature.Lint(text).Diagnostics;
            return diagnostics.Contains(defect.ToDiagnostic())
                && diagnostics.Distinct().Count() == diagnostics.Length
                && diagnostics.Select(diagnostic => diagnostic.Position).SequenceEqual(diagnostics.Select(diagnostic => diagnostic.Position).Order());
        }, iter: Often);

    [Test, Invariant("K8")]
    public Task There_is_one_result_for_each_signature_field_in_order() =>
        Gen.Select(SignatureText.Array[0, 8], Gen.Int[0, 3]).SampleAsync(async (values, others) =>
        {
            var message = string.Concat(values.Select(value => $"DKIM-Signature: {value}\r\n" + string.Concat(Enumerable.Repeat("X: y\r\n", others)))) + TestMail.Plain;
            var results = await TestMail.VerifyAllAsync(message);
            return results.Select(result => result.FieldIndex).SequenceEqual(Enumerable.Range(0, values.Length).Select(i => i * (1 + others)))
                && results.All(result => result.ReasonText.Length > 0 && result.Status != DkimStatus.Pass);
        }, iter: Seldom);
}
