using System.Buffers;
using System.Collections;
using System.Collections.Immutable;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using EmailAuth.Dkim;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Signatures;
using EmailAuth.Tests.Dkim;

namespace EmailAuth.Tests.Chaos;

/// <summary>
/// No part of a private key, no path of this machine, no word of a resolver's exception and no octet that somebody left in a pooled buffer is in anything
/// that the library hands out: every public property of every result, down to the leaves, and all that is written of it.
/// </summary>
public class LeakTests
{
    private const string Confidence = "/etc/secret/resolver";

    private static readonly string[] Secrets = [.. PartsOf(TestMail.Rsa), .. PartsOf(TestMail.Ed25519), .. PathsOfThisMachine(), Confidence, .. Pooled()];

    private static readonly SearchValues<string> Forbidden = SearchValues.Create(Secrets, StringComparison.OrdinalIgnoreCase);

    /// <summary>Sixteen octets at a time of what only the owner has: raw, in hex, and in base64 wherever it begins.</summary>
    private static IEnumerable<string> PartsOf(SigningKey key)
    {
        var parts = new List<byte[]>();
        if (key.Algorithm == SignatureAlgorithm.RsaSha256)
        {
            using var rsa = RSA.Create();
            rsa.ImportFromPem(key.ExportPkcs8Pem());
            var numbers = rsa.ExportParameters(includePrivateParameters: true);
            parts.AddRange([numbers.D!, numbers.P!, numbers.Q!, numbers.DP!, numbers.DQ!, numbers.InverseQ!]);
        }
        else
        {
            // RFC 8410 §7: the seed is the end of the structure.
            parts.Add(Convert.FromBase64String(key.ExportPkcs8Pem().Split('\n')[1])[^32..]);
        }
        foreach (var part in parts)
        {
            for (var at = 0; at + 16 <= part.Length; at += 16)
            {
                yield return Encoding.Latin1.GetString(part, at, 12);
                yield return Convert.ToHexString(part, at, 12);
                for (var shift = 0; shift < 3; shift++)
                    yield return Convert.ToBase64String(part, at + shift, 12);
            }
        }
    }

    private static IEnumerable<string> PathsOfThisMachine() =>
        new[] { Repository.Root, AppContext.BaseDirectory, Path.GetTempPath(), Environment.CurrentDirectory }.Select(path => path.TrimEnd('/', '\\')).Where(path => path.Length > 3).Distinct();

    private static string[] Pooled() => ["\u00A5\u00A5\u00A5\u00A5", "A5A5A5A5A5A5", "paWlpaWl", "\uFFFD\uFFFD\uFFFD\uFFFD"];

    /// <summary>Leaves in every buffer of the pool that this thread gets next what must not be seen again.</summary>
    private static void Poison()
    {
        foreach (var length in Enumerable.Range(4, 17).Select(power => 1 << power))
        {
            var buffers = Enumerable.Range(0, 4).Select(_ => ArrayPool<byte>.Shared.Rent(length)).ToArray();
            foreach (var buffer in buffers)
            {
                buffer.AsSpan().Fill(0xA5);
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    /// <summary>All that can be read of an object, the octets one character each.</summary>
    private static List<string> Seen(params object?[] roots)
    {
        var (seen, visited, open) = (new List<string>(), new HashSet<object>(ReferenceEqualityComparer.Instance), new Stack<object?>(roots));
        while (open.TryPop(out var next))
        {
            switch (next)
            {
                case null or Enum or bool or Delegate or Stream:
                    break;
                case string text:
                    seen.Add(text);
                    break;
                case ReadOnlyMemory<byte> octets:
                    seen.Add(Encoding.Latin1.GetString(octets.Span));
                    break;
                case ImmutableArray<byte> octets:
                    seen.Add(octets.IsDefault ? "" : Encoding.Latin1.GetString(octets.AsSpan()));
                    break;
                case byte[] octets:
                    seen.Add(Encoding.Latin1.GetString(octets));
                    break;
                case Exception exception:
                    // The stack is the process's own: where it was built.
                    seen.Add(exception.Message);
                    open.Push(exception.InnerException);
                    break;
                default:
                    if (!next.GetType().IsValueType && !visited.Add(next))
                        break;
                    seen.Add(next.ToString() ?? "");
                    if (next is IEnumerable items && !IsDefault(next))
                    {
                        foreach (var item in items)
                            open.Push(item);
                    }
                    if (next.GetType().Namespace?.StartsWith(nameof(EmailAuth), StringComparison.Ordinal) == true)
                        PushProperties(next, open);
                    break;
            }
        }
        return seen;
    }

    private static bool IsDefault(object array) => array.GetType().GetProperty("IsDefault")?.GetValue(array) is true;

    private static void PushProperties(object owner, Stack<object?> open)
    {
        foreach (var property in owner.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.GetIndexParameters().Length > 0 || property.PropertyType.IsByRefLike)
                continue;
            try
            {
                open.Push(property.GetValue(owner));
            }
            catch (TargetInvocationException exception)
            {
                open.Push(exception.InnerException);
            }
        }
    }

    private static void AssertNothingLeaks(IEnumerable<string> seen, string what)
    {
        foreach (var text in seen)
        {
            if (text.AsSpan().IndexOfAny(Forbidden) is var at and >= 0)
                Assert.Fail($"{what}: {text[Math.Max(0, at - 80)..Math.Min(text.Length, at + 80)]}");
        }
    }

    private sealed class Talkative(IDnsResolver zone) : IDnsResolver
    {
        public ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default) =>
            question.Type == DnsRecordType.TXT ? throw new InvalidOperationException($"cannot open {Confidence}") : zone.QueryAsync(question, cancellationToken);
    }

    private static List<string> SeenOf(VerificationResult result) =>
        Seen(result, result.Explain(), result.Explain().ToText(), result.Explain().ToJson(), result.ToCapsule(), result.ToCapsule().ToArray(),
            result.ToAuthenticationResults("mx.receiver.example"), result.ToReceivedSpf("mx.receiver.example"));

    [Test]
    public void What_must_not_be_seen_would_be_found()
    {
        foreach (var hidden in new object[] { TestMail.Rsa.ExportPkcs8Pem(), TestMail.Ed25519.ExportPkcs8Pem(), Encoding.Latin1.GetBytes(TestMail.Rsa.ExportPkcs8Pem()), new byte[] { 1, 0xA5, 0xA5, 0xA5, 0xA5 }, new[] { Repository.Root } })
            Assert.That(Seen(hidden).Any(text => text.AsSpan().IndexOfAny(Forbidden) >= 0), hidden.ToString());
        Poison();
        var rented = ArrayPool<byte>.Shared.Rent(1024);
        Assert.That(rented, Is.All.EqualTo(0xA5));
        ArrayPool<byte>.Shared.Return(rented);
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Nothing_is_in_a_verdict_or_in_what_is_written_of_it(bool isDnsBroken)
    {
        var authenticator = new EmailAuthenticator(isDnsBroken ? new Talkative(ChaosWorld.Zone) : ChaosWorld.Zone, new EmailAuthenticatorOptions { TimeProvider = TestMail.Clock, KeepEvidence = true });
        var results = new List<(string Name, VerificationResult Result)>();
        foreach (var message in ChaosWorld.Messages)
        {
            Poison();
            var result = await authenticator.VerifyAsync(message.Open(), message.Session);
            var seen = SeenOf(result).ToArray();
            Assert.That(seen, Has.Length.GreaterThan(100));
            AssertNothingLeaks(seen, message.Name);
            results.Add((message.Name, result));
        }
        // What a result took from the pool and gave back shows now, when others have written there.
        Poison();
        foreach (var (name, result) in results)
            AssertNothingLeaks(SeenOf(result), $"{name}, later");
    }

    [Test]
    public async Task Nothing_is_in_a_verdict_on_a_file()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            foreach (var message in ChaosWorld.Messages)
            {
                await File.WriteAllBytesAsync(path, message.Message);
                Poison();
                await using var file = File.OpenRead(path);
                var result = await ChaosVerdict.Authenticator(ChaosWorld.Zone, TestMail.Clock).VerifyAsync(EmailMessage.FromStream(file), message.Session);
                AssertNothingLeaks(Seen(result, result.ToAuthenticationResults("mx.receiver.example"), result.ToReceivedSpf("mx.receiver.example")), message.Name);
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Test]
    public async Task Nothing_is_in_a_signature_or_what_signs()
    {
        foreach (var key in new[] { TestMail.Rsa, TestMail.Ed25519 })
        {
            Poison();
            var options = TestMail.Options(key);
            var signer = new DkimSigner(options);
            var field = await signer.SignAsync(TestMail.MessageOf(TestMail.Plain));
            var record = DkimKeyRecord.FromKey(key);
            AssertNothingLeaks(Seen(key, options, signer, field, record, record.ToMasterFile(TestMail.Domain, "s")), key.Algorithm.ToString());
        }
    }

    [Test]
    public void No_part_of_a_key_is_in_the_exception_on_one_that_cannot_be_read()
    {
        var refused = 0;
        foreach (var key in new[] { TestMail.Rsa, TestMail.Ed25519 })
        {
            var pem = key.ExportPkcs8Pem();
            var der = Convert.FromBase64String(string.Concat(pem.Split('\n').Where(line => !line.StartsWith('-'))));
            for (var i = 1; i <= 32; i++)
            {
                var cut = i;
                foreach (var read in new Func<SigningKey>[]
                {
                    () => SigningKey.FromPem(pem.AsSpan(0, pem.Length * cut / 33)),
                    () => SigningKey.FromPem(pem.Remove(pem.Length * cut / 33, 1)),
                    () => SigningKey.FromDer(der.AsSpan(0, der.Length * cut / 33)),
                    () => SigningKey.FromDer([.. der[..(der.Length * cut / 33)], 0xFF, .. der[(der.Length * cut / 33 + 1)..]]),
                    () => SigningKey.FromEd25519Seed(der.AsSpan(^31..)),
                })
                {
                    try
                    {
                        read().Dispose();
                    }
                    catch (FormatException exception)
                    {
                        refused++;
                        AssertNothingLeaks(Seen(exception), $"{key.Algorithm}, {cut}");
                    }
                }
            }
        }
        Assert.That(refused, Is.GreaterThan(200));
    }
}
