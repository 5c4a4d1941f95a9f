using EmailAuth.Tests.Dkim;

namespace EmailAuth.Tests.Evidence;

/// <summary>A capsule may come from anywhere: whatever its octets are, reading it and replaying it end, and nothing throws.</summary>
public class CapsuleReaderTests
{
    // EMAILAUTH_CAPSULE_MUTATIONS=1000000 is the long run.
    private static readonly int Mutations = int.TryParse(Environment.GetEnvironmentVariable("EMAILAUTH_CAPSULE_MUTATIONS"), out var count) ? count : 20_000;

    private static async Task<byte[][]> CapsulesAsync()
    {
        var capsules = new List<byte[]>();
        for (var seed = 0; seed < 40; seed++)
        {
            var mail = await RandomMail.MakeAsync(seed);
            var options = new EmailAuthenticatorOptions { KeepEvidence = true, CheckReverseName = true, TimeProvider = TestMail.Clock };
            var result = await new EmailAuthenticator(mail.Dns, options).VerifyAsync(mail.Message, mail.Session);
            capsules.Add(result.ToCapsule(new CapsuleOptions { HashLocalParts = seed % 4 == 0 }).ToArray());
        }
        return [.. capsules];
    }

    [Test]
    public async Task No_octets_make_it_throw()
    {
        var capsules = await CapsulesAsync();
        var random = new Random(20261124);
        var read = 0;
        for (var i = 0; i < Mutations; i++)
        {
            var octets = Mutate(capsules[random.Next(capsules.Length)], random);
            if (!VerificationCapsule.TryRead(octets, out var capsule))
                continue;
            read++;
            // One that can be read is whole: it is written again, and judged now and then.
            Assert.That(capsule.ToArray(), Is.Not.Empty);
            if (i % 40 == 0)
                AssertIsExplained(await capsule.ReplayAsync());
        }
        // Many changes hit a text or a hash, where every octet will do.
        Assert.That(read, Is.GreaterThan(Mutations / 20));
    }

    private static void AssertIsExplained(CapsuleReplay replay) => Assert.That(replay.Verdict.Explain().ToText(), Is.Not.Empty);

    private static byte[] Mutate(byte[] octets, Random random)
    {
        var mutated = octets.ToList();
        for (var changes = random.Next(1, 4); changes > 0 && mutated.Count > 0; changes--)
        {
            var at = random.Next(mutated.Count);
            switch (random.Next(6))
            {
                case 0:
                    mutated[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    mutated[at] = (byte)random.Next(256);
                    break;
                case 2:
                    mutated[at] = 0xFF;
                    break;
                case 3:
                    mutated.Insert(at, (byte)random.Next(256));
                    break;
                case 4:
                    mutated.RemoveRange(at, Math.Min(random.Next(1, 5), mutated.Count - at));
                    break;
                default:
                    // What matters most stands at the beginning.
                    mutated[random.Next(Math.Min(200, mutated.Count))] = (byte)random.Next(256);
                    break;
            }
        }
        return [.. mutated];
    }

    [Test]
    public async Task No_beginning_of_a_capsule_is_one()
    {
        var octets = (await CapsulesAsync())[3];
        for (var length = 0; length < octets.Length; length++)
            Assert.That(VerificationCapsule.TryRead(octets.AsSpan(0, length), out _), Is.False, $"{length}");
        Assert.That(VerificationCapsule.TryRead([.. octets, 0], out _), Is.False);
        Assert.That(VerificationCapsule.TryRead([.. "ECAP"u8, 2, .. octets.AsSpan(5)], out _), Is.False);
    }

    [Test]
    public async Task A_count_sets_nothing_aside_that_the_octets_do_not_pay_for()
    {
        var octets = (await CapsulesAsync())[0];
        // Everywhere a number that says "two thousand million follow".
        for (var at = 5; at < Math.Min(octets.Length, 400); at++)
        {
            byte[] hostile = [.. octets.AsSpan(0, at), 0xFF, 0xFF, 0xFF, 0xFF, 0x07, .. octets.AsSpan(at + 1)];
            var before = GC.GetAllocatedBytesForCurrentThread();
            VerificationCapsule.TryRead(hostile, out _);
            Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(octets.Length * 40 + 200_000), $"at {at}");
        }
    }
}
