using System.Buffers;
using System.Collections.Immutable;
using System.Net;
using EmailAuth.Arc;
using EmailAuth.AuthResults;
using EmailAuth.Dkim;
using EmailAuth.Dmarc;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Signatures;
using EmailAuth.Spf;

namespace EmailAuth;

/// <summary>A <see cref="VerificationCapsule"/> as octets.</summary>
/// <remarks><code>
/// capsule  = "ECAP" version=1 flags moment session options header hashes [digests] answers suffixes samples verdict
/// session  = address helo mail-from recipient-domain
/// header   = defect length octets
/// hashes   = count *( algorithm [limit] length 32OCTET )
/// digests  = count *( index 32OCTET )          ; only with flag 1, where local-parts were hashed
/// answers  = 6count *flag recording            ; how many each asker got, whether its time was up, and the answers as DnsRecording writes them
/// verdict  = count *( path value )
/// </code></remarks>
internal static class CapsuleFormat
{
    private const byte Version = 1;

    // Bounds on what a small input may make grow in memory; far beyond what a verdict has.
    private const int MostHashes = 32;
    private const int MostDigests = 20_000;
    private const int MostAnswers = 10_000;
    private const int MostSealers = 10_000;
    private const int MostNames = 10_000;
    private const int MostSamples = 1_000;
    private const int MostMembers = 200_000;
    private const int LongestText = 1 << 20;

    private static ReadOnlySpan<byte> Mark => "ECAP"u8;

    // ---- Writing ----

    public static void Write(VerdictEvidence evidence, ImmutableArray<VerdictMember> verdict, IBufferWriter<byte> output)
    {
        var writer = new CapsuleWriter(output);
        output.Write(Mark);
        writer.Octet(Version);
        writer.Flag(evidence.KeptDigests is not null);
        writer.Number(evidence.Moment.UtcTicks);
        Write(evidence.Session, writer);
        Write(evidence.Options, writer);
        writer.Number((int)evidence.Defect);
        writer.Octets(evidence.Header.Span);
        Write(evidence.BodyHashes, writer, output);
        if (evidence.KeptDigests is { } digests)
        {
            writer.Number(digests.Count);
            foreach (var (index, digest) in digests.OrderBy(static pair => pair.Key))
            {
                writer.Number(index);
                output.Write(digest);
            }
        }
        Write(evidence.Answers, writer);
        writer.Number(evidence.PublicSuffixes.IsDefault ? 0 : evidence.PublicSuffixes.Length + 1);
        foreach (var name in evidence.PublicSuffixes.IsDefault ? [] : evidence.PublicSuffixes)
            writer.Name(name);
        writer.Number(evidence.Samples.IsDefault ? 0 : evidence.Samples.Length + 1);
        foreach (var sample in evidence.Samples.IsDefault ? [] : evidence.Samples)
            writer.Number(Math.Clamp(sample, 0, 1_000));
        writer.Number(verdict.Length);
        foreach (var (path, value) in verdict)
        {
            writer.Text(path);
            writer.Text(value);
        }
    }

    private static void Write(SmtpSession session, CapsuleWriter writer)
    {
        writer.Address(session.ClientAddress);
        writer.Text(session.Helo);
        writer.Text(session.MailFrom);
        writer.Name(session.RecipientDomain);
    }

    private static void Write(ImmutableArray<KeptBodyHash> hashes, CapsuleWriter writer, IBufferWriter<byte> output)
    {
        writer.Number(hashes.Length);
        foreach (var hash in hashes)
        {
            writer.Number((int)hash.Algorithm);
            writer.Optional(hash.Limit is { } limit ? Math.Min(limit, long.MaxValue - 1) : null);
            writer.Number(hash.BodyLength);
            output.Write(hash.Digest);
        }
    }

    private static void Write(ImmutableArray<ImmutableArray<KeptAnswer>> askers, CapsuleWriter writer)
    {
        var all = ImmutableArray.CreateBuilder<DnsRecordedAnswer>();
        foreach (var answers in askers)
        {
            writer.Number(answers.Length);
            foreach (var answer in answers)
            {
                writer.Flag(answer.IsOutOfTime);
                all.Add(new DnsRecordedAnswer(answer.Question, answer.Answer));
            }
        }
        writer.Octets(DnsRecording.Of(all.DrainToImmutable()).ToArray());
    }

    // ---- Reading ----

    /// <summary>False for anything but a whole capsule.</summary>
    public static bool TryRead(ReadOnlySpan<byte> octets, out VerdictEvidence? evidence, out ImmutableArray<VerdictMember> verdict)
    {
        evidence = null;
        verdict = default;
        if (!octets.StartsWith(Mark) || octets.Length < 6 || octets[4] != Version)
            return false;
        var reader = new CapsuleReader(octets[5..]);
        var hasDigests = reader.Flag();
        var moment = new DateTimeOffset(reader.Number(0, DateTimeOffset.MaxValue.UtcTicks), TimeSpan.Zero);
        var session = ReadSession(ref reader);
        if (ReadOptions(ref reader) is not { } options)
            return false;
        var defect = reader.Enum(MessageDefect.FieldNameTooLong);
        var header = reader.Octets(MessageLimits.MostHeaderBytes).ToArray();
        var hashes = ReadHashes(ref reader);
        var digests = hasDigests ? ReadDigests(ref reader) : null;
        var answers = ReadAnswers(ref reader);
        var suffixes = ReadNames(ref reader);
        var samples = ReadSamples(ref reader);
        verdict = ReadVerdict(ref reader);
        if (reader.HasFailed || !reader.IsAtEnd)
            return false;
        evidence = new VerdictEvidence
        {
            Moment = moment,
            Session = session,
            Options = options,
            Defect = defect,
            Header = header,
            BodyHashes = hashes,
            KeptDigests = digests,
            Answers = answers,
            PublicSuffixes = suffixes,
            Samples = samples,
        };
        return true;
    }

    private static SmtpSession ReadSession(ref CapsuleReader reader)
    {
        var address = reader.Address();
        var helo = reader.Text(LongestText);
        if (helo is null)
            reader.Reject();
        var mailFrom = reader.Text(LongestText);
        return new SmtpSession(address, helo ?? "", mailFrom) { RecipientDomain = reader.Name() };
    }

    private static ImmutableArray<KeptBodyHash> ReadHashes(ref CapsuleReader reader)
    {
        var count = reader.Count(MostHashes, smallest: 35);
        var hashes = ImmutableArray.CreateBuilder<KeptBodyHash>(count);
        for (var i = 0; i < count && !reader.HasFailed; i++)
        {
            var algorithm = reader.Enum(CanonicalizationAlgorithm.Relaxed);
            var limit = reader.Optional(long.MaxValue - 1);
            hashes.Add(new KeptBodyHash(algorithm, limit, reader.Number(0, long.MaxValue), reader.Exactly(SignatureAlgorithms.DigestLength).ToArray()));
        }
        return hashes.DrainToImmutable();
    }

    private static Dictionary<int, byte[]> ReadDigests(ref CapsuleReader reader)
    {
        var count = reader.Count(MostDigests, smallest: 33);
        var digests = new Dictionary<int, byte[]>(count);
        var last = -1;
        for (var i = 0; i < count && !reader.HasFailed; i++)
        {
            last = reader.Number(last + 1, MostDigests);
            digests[last] = reader.Exactly(SignatureAlgorithms.DigestLength).ToArray();
        }
        return digests;
    }

    private static ImmutableArray<ImmutableArray<KeptAnswer>> ReadAnswers(ref CapsuleReader reader)
    {
        var flags = new bool[VerdictEvidence.AskerCount][];
        var sum = 0;
        for (var asker = 0; asker < flags.Length; asker++)
        {
            flags[asker] = new bool[reader.Count(MostAnswers, smallest: 1)];
            for (var i = 0; i < flags[asker].Length && !reader.HasFailed; i++)
                flags[asker][i] = reader.Flag();
            sum += flags[asker].Length;
        }
        if (!DnsRecording.TryRead(reader.Octets(DnsRecording.MaxOctets), out var recording) || recording.Answers.Length != sum || !recording.IsComplete)
        {
            reader.Reject();
            return [];
        }
        var at = 0;
        var answers = ImmutableArray.CreateBuilder<ImmutableArray<KeptAnswer>>(flags.Length);
        foreach (var own in flags)
        {
            var kept = ImmutableArray.CreateBuilder<KeptAnswer>(own.Length);
            foreach (var isOutOfTime in own)
            {
                var (question, answer) = recording.Answers[at++];
                kept.Add(new KeptAnswer(question, answer, isOutOfTime));
            }
            answers.Add(kept.MoveToImmutable());
        }
        return answers.MoveToImmutable();
    }

    private static ImmutableArray<DomainName> ReadNames(ref CapsuleReader reader)
    {
        var count = reader.Count(MostNames, smallest: 1) - 1;
        if (count < 0)
            return default;
        var names = ImmutableArray.CreateBuilder<DomainName>(count);
        for (var i = 0; i < count && !reader.HasFailed; i++)
        {
            if (reader.Name() is { LabelCount: > 0 } name)
                names.Add(name);
            else
                reader.Reject();
        }
        return names.DrainToImmutable();
    }

    private static ImmutableArray<int> ReadSamples(ref CapsuleReader reader)
    {
        var count = reader.Count(MostSamples, smallest: 1) - 1;
        if (count < 0)
            return default;
        var samples = ImmutableArray.CreateBuilder<int>(count);
        for (var i = 0; i < count && !reader.HasFailed; i++)
            samples.Add(reader.Number(0, 1_000));
        return samples.DrainToImmutable();
    }

    private static ImmutableArray<VerdictMember> ReadVerdict(ref CapsuleReader reader)
    {
        var count = reader.Count(MostMembers, smallest: 2);
        var members = ImmutableArray.CreateBuilder<VerdictMember>(count);
        for (var i = 0; i < count && !reader.HasFailed; i++)
        {
            if (reader.Text(200) is { } path && reader.Text(LongestText) is { } value)
                members.Add(new VerdictMember(path, value));
            else
                reader.Reject();
        }
        return members.DrainToImmutable();
    }

    // ---- Options, in one order for both ----

    private static void Write(EmailAuthenticatorOptions options, CapsuleWriter writer)
    {
        Write(options.Limits, writer);
        writer.Flag(options.Spf.IgnoreVoidLookupsOfOtherFamily);
        writer.Text(options.Spf.ReceiverName);
        writer.Number(options.Dkim.MinimumRsaKeyBits);
        writer.Flag(options.Dkim.AcceptPartialBody);
        writer.Flag(options.Dkim.AcceptBareLineEnds);
        writer.Number(options.Dkim.ClockDrift.Ticks);
        writer.Number(options.Arc.MinimumRsaKeyBits);
        writer.Flag(options.Arc.AcceptBareLineEnds);
        writer.Number(options.Arc.ClockDrift.Ticks);
        Write(options.TrustedSealers, writer);
        writer.Flag(options.Dmarc.RefuseSeveralAuthors);
        writer.Flag(options.CheckHelo);
        writer.Flag(options.CheckReverseName);
        writer.Number(options.TimeLimit.Ticks);
    }

    private static EmailAuthenticatorOptions? ReadOptions(ref CapsuleReader reader)
    {
        try
        {
            var options = new EmailAuthenticatorOptions
            {
                Limits = ReadLimits(ref reader),
                Spf = new SpfOptions { IgnoreVoidLookupsOfOtherFamily = reader.Flag(), ReceiverName = reader.Text(DomainName.MaxLength) ?? "" },
                Dkim = new DkimVerifierOptions
                {
                    MinimumRsaKeyBits = Value(ref reader),
                    AcceptPartialBody = reader.Flag(),
                    AcceptBareLineEnds = reader.Flag(),
                    ClockDrift = Time(ref reader),
                },
                Arc = new ArcOptions { MinimumRsaKeyBits = Value(ref reader), AcceptBareLineEnds = reader.Flag(), ClockDrift = Time(ref reader) },
                TrustedSealers = ReadSealers(ref reader),
                Dmarc = new DmarcOptions { RefuseSeveralAuthors = reader.Flag() },
                CheckHelo = reader.Flag(),
                CheckReverseName = reader.Flag(),
                TimeLimit = Time(ref reader),
            };
            return reader.HasFailed ? null : options;
        }
        catch (ArgumentException)
        {
            // Each option checks itself, as it does for a host.
            return null;
        }
    }

    private static void Write(EmailAuthLimits limits, CapsuleWriter writer)
    {
        writer.Number(limits.Message.MaxHeaderBytes);
        writer.Number(limits.Message.MaxHeaderFields);
        writer.Number(limits.Message.MaxFieldBytes);
        writer.Number(limits.Message.MaxFieldNameBytes);
        writer.Number(limits.Dns.MaxQueriesPerMessage);
        writer.Number(limits.Dns.MaxParallelQueriesPerMessage);
        writer.Number(limits.Dns.MaxTimePerMessage.Ticks);
        writer.Number(limits.Dns.MaxQueriesAhead);
        writer.Number(limits.Spf.MaxDnsLookups);
        writer.Number(limits.Spf.MaxVoidLookups);
        writer.Number(limits.Spf.MaxMxHosts);
        writer.Number(limits.Spf.MaxPtrNames);
        writer.Number(limits.Spf.MaxQueries);
        writer.Number(limits.Spf.MaxTime.Ticks);
        writer.Number(limits.Signatures.MaxVerifications);
        writer.Number(limits.Signatures.MaxBodyHashes);
        writer.Number(limits.Dkim.MaxSignaturesRead);
        writer.Number(limits.Dkim.MaxSignaturesVerified);
        writer.Number(limits.Arc.MaxSets);
        writer.Number(limits.Arc.MaxSignaturesVerified);
        writer.Number(limits.Dmarc.MaxQueriesPerMessage);
        writer.Number(limits.Dmarc.MaxRecordBytes);
        writer.Number(limits.Dmarc.MaxTags);
        writer.Number(limits.Dmarc.MaxReportUris);
        writer.Number(limits.Dmarc.MaxMailboxes);
        writer.Number(limits.Dmarc.MaxAuthorDomains);
        writer.Number(limits.AuthenticationResults.MaxFields);
        writer.Number(limits.AuthenticationResults.MaxFieldBytes);
        writer.Number(limits.AuthenticationResults.MaxResults);
        writer.Number(limits.AuthenticationResults.MaxProperties);
        writer.Number(limits.AuthenticationResults.MaxWrittenBytes);
        writer.Number(limits.AuthenticationResults.MaxValueBytes);
    }

    private static EmailAuthLimits ReadLimits(ref CapsuleReader reader) => new()
    {
        Message = new MessageLimits
        {
            MaxHeaderBytes = Value(ref reader),
            MaxHeaderFields = Value(ref reader),
            MaxFieldBytes = Value(ref reader),
            MaxFieldNameBytes = Value(ref reader),
        },
        Dns = new DnsLimits { MaxQueriesPerMessage = Value(ref reader), MaxParallelQueriesPerMessage = Value(ref reader), MaxTimePerMessage = Time(ref reader), MaxQueriesAhead = Value(ref reader) },
        Spf = new SpfLimits
        {
            MaxDnsLookups = Value(ref reader),
            MaxVoidLookups = Value(ref reader),
            MaxMxHosts = Value(ref reader),
            MaxPtrNames = Value(ref reader),
            MaxQueries = Value(ref reader),
            MaxTime = Time(ref reader),
        },
        Signatures = new SignatureLimits { MaxVerifications = Value(ref reader), MaxBodyHashes = Value(ref reader) },
        Dkim = new DkimLimits { MaxSignaturesRead = Value(ref reader), MaxSignaturesVerified = Value(ref reader) },
        Arc = new ArcLimits { MaxSets = Value(ref reader), MaxSignaturesVerified = Value(ref reader) },
        Dmarc = new DmarcLimits
        {
            MaxQueriesPerMessage = Value(ref reader),
            MaxRecordBytes = Value(ref reader),
            MaxTags = Value(ref reader),
            MaxReportUris = Value(ref reader),
            MaxMailboxes = Value(ref reader),
            MaxAuthorDomains = Value(ref reader),
        },
        AuthenticationResults = new AuthenticationResultsLimits
        {
            MaxFields = Value(ref reader),
            MaxFieldBytes = Value(ref reader),
            MaxResults = Value(ref reader),
            MaxProperties = Value(ref reader),
            MaxWrittenBytes = Value(ref reader),
            MaxValueBytes = Value(ref reader),
        },
    };

    private static int Value(ref CapsuleReader reader) => reader.Number(0, int.MaxValue);

    private static TimeSpan Time(ref CapsuleReader reader) => new(reader.Number(0, long.MaxValue));

    private static void Write(TrustedSealers sealers, CapsuleWriter writer)
    {
        writer.Number(sealers.Sealers.Length);
        foreach (var sealer in sealers.Sealers)
        {
            writer.Name(sealer.Domain);
            writer.Number(sealer.RecipientDomains.Length);
            foreach (var domain in sealer.RecipientDomains)
                writer.Name(domain);
            writer.Number(sealer.Sources.Length);
            foreach (var network in sealer.Sources)
            {
                writer.Address(network.BaseAddress);
                writer.Number(network.PrefixLength);
            }
        }
    }

    private static TrustedSealers ReadSealers(ref CapsuleReader reader)
    {
        var count = reader.Count(MostSealers, smallest: 4);
        if (count == 0)
            return TrustedSealers.None;
        var sealers = ImmutableArray.CreateBuilder<TrustedSealer>(count);
        for (var i = 0; i < count && !reader.HasFailed; i++)
        {
            var domain = RequiredName(ref reader);
            var recipients = new DomainName[reader.Count(MostNames, smallest: 2)];
            for (var j = 0; j < recipients.Length; j++)
                recipients[j] = RequiredName(ref reader);
            var sources = new IPNetwork[reader.Count(MostNames, smallest: 6)];
            for (var j = 0; j < sources.Length; j++)
                sources[j] = new IPNetwork(reader.Address() ?? throw new ArgumentException("A network without an address."), reader.Number(0, 128));
            sealers.Add(new TrustedSealer(domain) { RecipientDomains = [.. recipients], Sources = [.. sources] });
        }
        return new TrustedSealers(sealers.DrainToImmutable());
    }

    private static DomainName RequiredName(ref CapsuleReader reader) => reader.Name() ?? throw new ArgumentException("A sealer without a name.");
}
