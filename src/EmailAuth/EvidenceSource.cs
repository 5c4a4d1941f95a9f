using EmailAuth.Dmarc;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Signatures;

namespace EmailAuth;

/// <summary>The evidence of a verdict as the world in which a message is judged again, by the same options or by others. For one use.</summary>
internal sealed class EvidenceSource
{
    // Each room counts for itself how much it asks; here nothing more is to be counted.
    private static readonly DnsLimits Unlimited = new() { MaxQueriesPerMessage = 1_000, MaxTimePerMessage = TimeSpan.FromMinutes(5), MaxQueriesAhead = 0 };

    private readonly VerdictEvidence _evidence;
    private readonly bool _mayShare;
    private readonly bool _spfByPlace;
    private readonly List<(Asker Asker, EvidenceDnsResolver Resolver)> _resolvers = [];
    private readonly List<DnsQuestion> _missing = [];
    private readonly Dictionary<DnsQuestion, DnsAnswer>? _all;
    private int _samplesDrawn;

    /// <summary>Takes evidence.</summary>
    /// <param name="evidence">The evidence.</param>
    /// <param name="mayShare">Whether one asker gets what another has asked: a judge by other options asks other questions.</param>
    /// <param name="spfByPlace">Whether the answers to SPF are known by their places, since their names have changed.</param>
    public EvidenceSource(VerdictEvidence evidence, bool mayShare, bool spfByPlace = false)
    {
        _spfByPlace = spfByPlace;
        _evidence = evidence;
        _mayShare = mayShare;
        Clock = new ReplayClock(evidence.Moment);
        if (!mayShare)
            return;
        _all = [];
        foreach (var answers in evidence.Answers)
        {
            foreach (var answer in answers)
                _all[answer.Question] = answer.Answer;
        }
    }

    public ReplayClock Clock { get; }

    /// <summary>See <see cref="SignatureTrace.KeptDigests"/>.</summary>
    public IReadOnlyDictionary<int, byte[]>? KeptDigests => _evidence.KeptDigests;

    /// <summary>For what asks past the views: it has no answers.</summary>
    public IDnsResolver Nobody => new EvidenceDnsResolver([], null, Clock, _missing);

    /// <summary>Questions that were asked now and had no answer.</summary>
    public IReadOnlyList<DnsQuestion> Missing => _missing;

    /// <summary>Whether a hash of the body was asked for that was not kept.</summary>
    public bool LacksBodyHash { get; private set; }

    /// <summary>Questions asked, as far as each asker's share went.</summary>
    public int QuestionsWithin(DnsShares shares) =>
        Math.Min(QuestionsOf(Asker.MailFrom) + QuestionsOf(Asker.Helo), shares.Spf) + Math.Min(QuestionsOf(Asker.Dkim), shares.Dkim)
        + Math.Min(QuestionsOf(Asker.Arc), shares.Arc) + Math.Min(QuestionsOf(Asker.Dmarc), shares.Dmarc);

    private int QuestionsOf(Asker asker)
    {
        var sum = 0;
        foreach (var (who, resolver) in _resolvers)
            sum += who == asker ? resolver.Questions : 0;
        return sum;
    }

    public MessageDnsResolver ViewOf(Asker asker)
    {
        var resolver = new EvidenceDnsResolver(_evidence.Answers[(int)asker], _all, Clock, _missing, byPlace: _spfByPlace && asker is (Asker.MailFrom or Asker.Helo));
        _resolvers.Add((asker, resolver));
        // Where one room's time is over, that of the message is not.
        return new MessageDnsResolver(resolver, Unlimited, new ReplayClock(_evidence.Moment));
    }

    /// <summary>What answers for the reverse name of the client. It is not counted with the message's questions.</summary>
    public IDnsResolver ViewOfReverseNames => new EvidenceDnsResolver(_evidence.Answers[(int)Asker.Iprev], _all, Clock, _missing);

    /// <summary>The numbers that were drawn; a judge by other options that draws where none was drawn draws his own.</summary>
    public Func<int>? Sampling(EmailAuthenticatorOptions options)
    {
        if (_evidence.Samples.IsDefault)
            return _mayShare ? options.Dmarc.Sampling : null;
        return _mayShare && options.Dmarc.Sampling is null ? null : () => _samplesDrawn < _evidence.Samples.Length ? _evidence.Samples[_samplesDrawn++] : 0;
    }

    /// <summary>The list that the verdict used, or what was kept of it; for a judge by other options his own.</summary>
    public PublicSuffixList? PublicSuffixes(EmailAuthenticatorOptions options)
    {
        if (_mayShare)
            return options.Dmarc.PublicSuffixes;
        return _evidence.KeptSuffixList();
    }

    /// <summary>The message as far as it was kept.</summary>
    public MessageReader Open() => new Reader(this);

    private sealed class Reader(EvidenceSource source) : MessageReader
    {
        public override ValueTask<HeaderBlock> ReadHeaderAsync(MessageLimits limits, CancellationToken cancellationToken) => new(source._evidence.ReadHeader(limits));

        public override ValueTask ReadBodyAsync(IBodyConsumer consumer, CancellationToken cancellationToken)
        {
            source.LacksBodyHash = !((BodyHashPlan)consumer).Fill(source._evidence.BodyHashes);
            return default;
        }

        public override ValueTask<ReadOnlyMemory<byte>> ReadPieceAsync(CancellationToken cancellationToken) => default;

        public override void Dispose()
        {
            // Memory has no owner here.
        }
    }
}
