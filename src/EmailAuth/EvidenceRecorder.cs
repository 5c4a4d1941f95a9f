using System.Collections.Immutable;
using EmailAuth.Dmarc;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Signatures;
using EmailAuth.Spf;

namespace EmailAuth;

/// <summary>
/// Looks on while one message is judged and keeps what the verdict is made of. The message may be judged from the evidence of an earlier verdict:
/// then the answers come from there.
/// </summary>
internal sealed class EvidenceRecorder
{
    private const int MostAnswers = 4_000;

    private readonly EmailAuthenticatorOptions _given;
    private readonly EvidenceSource? _source;
    private readonly RecordingDnsResolver?[] _recorders = new RecordingDnsResolver?[VerdictEvidence.AskerCount];
    private readonly List<int> _samples = [];
    private MessageDefect _defect;
    private byte[] _header = [];
    private ImmutableArray<KeptBodyHash> _bodyHashes = [];

    /// <summary>Begins.</summary>
    /// <param name="options">How the message is judged.</param>
    /// <param name="source">The evidence to judge by; null for a message that is there itself.</param>
    public EvidenceRecorder(EmailAuthenticatorOptions options, EvidenceSource? source = null)
    {
        _given = options;
        _source = source;
        Trace = new MessageTrace { Signatures = new SignatureTrace { KeptDigests = source?.KeptDigests } };
        var draw = source?.Sampling(options) ?? options.Dmarc.Sampling;
        Options = options with
        {
            TimeProvider = source is null ? new MomentClock(options.TimeProvider) : source.Clock,
            Dmarc = options.Dmarc with
            {
                Sampling = draw is null ? null : () => Keep(draw()),
                PublicSuffixes = source is null ? options.Dmarc.PublicSuffixes : source.PublicSuffixes(options),
            },
            Observer = null,
            ShadowPolicies = [],
        };
    }

    /// <summary>The options to judge this one message by.</summary>
    public EmailAuthenticatorOptions Options { get; }

    /// <summary>The steps of the rooms.</summary>
    public MessageTrace Trace { get; }

    /// <summary>The asker's view of DNS. What SPF and DMARC ask is in their own traces, above their own budgets.</summary>
    public IMessageDns ViewOf(Asker asker, IMessageDns message) => _source?.ViewOf(asker) ?? message;

    /// <summary>What answers for the reverse name of the client, with a budget of its own; null for whom the host has.</summary>
    public IDnsResolver? ViewOfReverseNames => _source?.ViewOfReverseNames;

    /// <summary>The same, for askers who keep no trace of their own.</summary>
    public IDnsResolver Recorded(Asker asker, IMessageDns message) => _recorders[(int)asker] = new RecordingDnsResolver(ViewOf(asker, message), MostAnswers);

    /// <summary>How many questions were asked.</summary>
    public int QueriesAsked(MessageDnsResolver message, DnsShares shares) => _source is null ? message.QueriesAsked : _source.QuestionsWithin(shares);

    public void OnHeader(HeaderBlock header)
    {
        // The message's memory is the caller's.
        _header = header.Octets.ToArray();
        _defect = header.Defect;
    }

    public void OnBody(BodyHashPlan plan) => _bodyHashes = plan.Keep();

    private int Keep(int sample)
    {
        _samples.Add(sample);
        return sample;
    }

    /// <summary>All that was kept.</summary>
    public VerdictEvidence ToEvidence(SmtpSession session, VerificationResult result)
    {
        var answers = ImmutableArray.CreateBuilder<ImmutableArray<KeptAnswer>>(VerdictEvidence.AskerCount);
        answers.Add(AnswersOf(Trace.Spf, 0));
        answers.Add(AnswersOf(Trace.Spf, 1));
        answers.Add(AnswersOf(_recorders[(int)Asker.Dkim]?.ToRecording().Answers ?? []));
        answers.Add(AnswersOf(_recorders[(int)Asker.Arc]?.ToRecording().Answers ?? []));
        answers.Add(AnswersOf(Trace.Dmarc.Answers));
        answers.Add(AnswersOf(Trace.Iprev));
        return new VerdictEvidence
        {
            Moment = Options.TimeProvider.GetUtcNow(),
            Session = session,
            Options = _given,
            Defect = _defect,
            Header = _header,
            BodyHashes = _bodyHashes,
            Answers = answers.MoveToImmutable(),
            PublicSuffixes = Options.Dmarc.PublicSuffixes is { } list ? SuffixesUsed(list, result) : default,
            Samples = Options.Dmarc.Sampling is null ? default : [.. _samples],
            KeptDigests = Trace.Signatures.KeptDigests,
            Trace = Trace,
        };
    }

    private static ImmutableArray<KeptAnswer> AnswersOf(List<SpfTrace> traces, int index) =>
        traces.Count > index ? [.. traces[index].Answers.Select(static answer => new KeptAnswer(answer.Question, answer.Answer, answer.IsOutOfTime))] : [];

    private static ImmutableArray<KeptAnswer> AnswersOf(IEnumerable<DnsRecordedAnswer> answers) =>
        [.. answers.Select(static answer => new KeptAnswer(answer.Question, answer.Answer, false))];

    /// <summary>A list as short as can be that says the same of these domains: the public suffix of each.</summary>
    private static ImmutableArray<DomainName> SuffixesUsed(PublicSuffixList list, VerificationResult result)
    {
        var suffixes = new List<DomainName>();
        foreach (var author in result.Dmarc.AuthorDomains)
        {
            Add(author.Domain);
            foreach (var alignment in author.Identifiers)
                Add(alignment.Identifier.Domain);
        }
        return [.. suffixes];

        void Add(DomainName domain)
        {
            var organizational = list.OrganizationalDomainOf(domain);
            var suffix = list.IsPublicSuffix(domain) ? domain : organizational.Parent!;
            if (suffix.LabelCount > 0 && !suffixes.Contains(suffix))
                suffixes.Add(suffix);
        }
    }
}
