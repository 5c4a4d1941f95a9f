using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using EmailAuth.Dns;
using EmailAuth.Syntax;

namespace EmailAuth.Spf;

// RFC 7208 §4: check_host(), its limits (§4.6.4) and its result.

/// <summary>
/// One evaluation of check_host() (RFC 7208 §4) as a machine that asks and is answered: <see cref="MoveNext"/> goes on until a question must be
/// asked or the verdict stands, <see cref="Accept"/> takes the answer. It waits for nothing and does not recurse: included records lie on a stack
/// that is as deep as the limit of look-ups allows. It is a value, so that an evaluation from a warm cache leaves nothing on the heap.
/// </summary>
internal partial struct SpfEvaluation
{
    // Every include is a look-up, and there are at most ten.
    private const int MostFrames = 11;

    private static readonly TimeSpan LongestTimeToLive = TimeSpan.FromDays(365);

    private readonly SpfOptions _options;
    private readonly long _started;
    private readonly SpfClient _client;
    private readonly string _helo;
    private readonly SpfIdentity _sender;
    private readonly SpfTrace? _trace;

    private Frames _frames;
    private int _depth;
    private Step _step;
    private DnsQuestion _question;
    private bool _isOutOfTime;

    // The counters of §4.6.4 are one set for the whole evaluation, never one for each record.
    private int _lookups;
    private int _voidLookups;
    private int _queries;

    private SpfStatus _status;
    private SpfReason _reason;
    private string? _problem;
    private int? _prefixLength;
    private int _matchDepth;
    private bool _dependsOnSender;
    private TimeSpan _timeToLive;
    private long _expiry;

    // "mx" (§5.4): the exchanges, and how many of them were asked for.
    private DnsAnswer? _exchanges;
    private int _nextExchange;
    private int _exchangesAsked;

    // "ptr" and "%{p}" (§5.5): the names of the client, those of them that hold, and what waits for them.
    private DnsAnswer? _reverse;
    private int _nextReverse;
    private List<DomainName>? _validatedNames;
    private Step _afterNames;

    // "exp" (§6.2).
    private SpfMacroString? _explanationText;
    private string? _explanation;

    public SpfEvaluation(SpfOptions options, long started, in SpfClient client, string helo, in SpfIdentity sender, SpfTrace? trace)
    {
        _options = options;
        _started = started;
        _client = client;
        _helo = helo;
        _sender = sender;
        _trace = trace;
        _timeToLive = TimeSpan.MaxValue;
        _expiry = long.MaxValue;
        if (sender.Domain is { } domain)
            _frames[0].Domain = domain;
        else
            Conclude(SpfStatus.None, sender.Defect, null);
    }

    /// <summary>What to do next; where a question was asked, what its answer is for.</summary>
    private enum Step : byte
    {
        Record,
        Terms,
        Mechanism,
        Exchanges,
        Redirect,
        ReverseNames,
        Explanation,
        ExplanationText,
        Ended,
    }

    /// <summary>A record under evaluation: the outermost one, or one that is included.</summary>
    private struct Frame
    {
        public DomainName Domain;
        public SpfRecord? Record;
        public SpfDirective? Current;
        public Redirection? LastRedirect;
        public int Next;
    }

    [InlineArray(MostFrames)]
    private struct Frames
    {
        private Frame _first;
    }

    /// <summary>The redirects followed in a frame, the last one first.</summary>
    private sealed record Redirection(SpfModifier Modifier, Redirection? Previous);

    [UnscopedRef]
    private ref Frame Top => ref _frames[_depth];

    /// <summary>Goes on to the next question. False when the verdict stands.</summary>
    public bool MoveNext(out DnsQuestion question)
    {
        question = default;
        while (_step != Step.Ended)
        {
            var asks = _step switch
            {
                Step.Record => AskForRecord(out question),
                Step.Terms => NextTerm(),
                Step.Mechanism => TestMechanism(out question),
                Step.Exchanges => NextExchange(out question),
                Step.Redirect => FollowRedirect(out question),
                Step.ReverseNames => NextReverseName(out question),
                Step.Explanation => AskForExplanation(out question),
                Step.ExplanationText => ExpandExplanation(out question),
                Step.Ended => false,
            };
            if (asks && CountQuery())
            {
                _question = question;
                return true;
            }
        }
        return false;
    }

    /// <summary>Takes the answer to the question of the last <see cref="MoveNext"/>.</summary>
    public void Accept(DnsAnswer answer)
    {
        if (!IsExplaining)
            NoteTimeToLive(answer);
        // Looked at once an answer, so that all who ask see the same.
        _isOutOfTime = (_trace is not null || answer.Status.IsTransient()) && _options.TimeProvider.GetElapsedTime(_started) >= _options.Limits.MaxTime;
        _trace?.Answered(_depth, Top.Domain, _question, answer, _isOutOfTime, _lookups, _voidLookups);
        switch (_step)
        {
            case Step.Record:
                AcceptRecord(answer);
                break;
            case Step.Mechanism:
                AcceptMechanism(answer);
                break;
            case Step.Exchanges:
                AcceptAddresses(answer);
                break;
            case Step.ReverseNames:
                AcceptReverseName(answer);
                break;
            default:
                AcceptExplanation(answer);
                break;
        }
    }

    // ---- Record look-up and selection (§4.3 to §4.5) ----

    private readonly bool AskForRecord(out DnsQuestion question)
    {
        question = new DnsQuestion(_frames[_depth].Domain, DnsRecordType.TXT);
        return true;
    }

    private void AcceptRecord(DnsAnswer answer)
    {
        ref var frame = ref Top;
        if (FailsOnError(answer, DnsRecordType.TXT))
            return;
        var hasRecords = answer.Status == DnsStatus.NoError;
        var selection = hasRecords ? SpfRecordSelection.Of(answer) : null;
        if (selection is null || selection.Defect == SpfReason.NoRecord)
        {
            if (!hasRecords && (_depth > 0 || frame.LastRedirect is not null))
                _voidLookups++;
            ConcludeWithoutRecord(answer.Status == DnsStatus.NxDomain);
        }
        else if (selection.Defect != SpfReason.NotChecked)
        {
            Conclude(SpfStatus.PermError, selection.Defect, SpfReasonText.OfRecord(selection, frame.Domain));
        }
        else
        {
            frame.Record = selection.Record;
            frame.Next = 0;
            _step = Step.Terms;
        }
    }

    private void ConcludeWithoutRecord(bool isNonexistent)
    {
        ref var frame = ref Top;
        var what = isNonexistent ? "does not exist" : "has no SPF record";
        if (frame.LastRedirect is { } redirect)
            Conclude(SpfStatus.PermError, SpfReason.RedirectWithoutRecord, $"{frame.Domain}, where \"{redirect.Modifier.Text}\" leads, {what}");
        else if (_depth > 0)
            Conclude(SpfStatus.PermError, SpfReason.IncludeWithoutRecord, $"{frame.Domain}, which \"{_frames[_depth - 1].Current!.Text}\" of {_frames[_depth - 1].Domain} asks for, {what}");
        else
            Conclude(SpfStatus.None, isNonexistent ? SpfReason.DomainDoesNotExist : SpfReason.NoRecord, null);
    }

    // ---- Terms (§4.6, §4.7) ----

    /// <summary>Tests terms as long as none needs DNS. The record's syntax was judged as a whole before (§4.6).</summary>
    private bool NextTerm()
    {
        ref var frame = ref Top;
        var directives = frame.Record!.Directives;
        while (frame.Next < directives.Length)
        {
            var directive = directives[frame.Next++];
            switch (directive.Mechanism)
            {
                case SpfMechanism.All:
                    Match(ref frame, directive, 0);
                    return false;
                case SpfMechanism.Ip4:
                    if (!_client.IsIpv4 || !_client.IsInIpv4((uint)directive.Network, directive.Ip4PrefixLength))
                    {
                        _trace?.Tested(_depth, frame.Domain, directive.Text, SpfTermOutcome.NoMatch, _lookups, _voidLookups);
                        continue;
                    }
                    Match(ref frame, directive, directive.Ip4PrefixLength);
                    return false;
                case SpfMechanism.Ip6:
                    if (_client.IsIpv4 || !_client.IsInIpv6(directive.Network, directive.Ip6PrefixLength))
                    {
                        _trace?.Tested(_depth, frame.Domain, directive.Text, SpfTermOutcome.NoMatch, _lookups, _voidLookups);
                        continue;
                    }
                    Match(ref frame, directive, directive.Ip6PrefixLength);
                    return false;
                default:
                    frame.Current = directive;
                    if (CountLookup(directive.Text))
                        _step = Step.Mechanism;
                    return false;
            }
        }
        EndRecord(ref frame);
        return false;
    }

    private void EndRecord(ref Frame frame)
    {
        // §5.1: "Any redirect modifier MUST be ignored when there is an all mechanism in the record".
        if (frame.Record is { Redirect: { } redirect, HasAll: false })
        {
            if (CountLookup(redirect.Text))
                _step = Step.Redirect;
        }
        else if (_depth == 0)
        {
            Conclude(SpfStatus.Neutral, SpfReason.NoMechanismMatched, null);
        }
        else
        {
            // §5.2: neutral does not match.
            _depth--;
            DoNotMatch();
        }
    }

    private void Match(ref Frame frame, SpfDirective directive, int? prefixLength)
    {
        frame.Current = directive;
        _trace?.Tested(_depth, frame.Domain, directive.Text, SpfTermOutcome.Match, _lookups, _voidLookups);
        _prefixLength = prefixLength;
        _matchDepth = _depth;
        var status = directive.Qualifier;
        while (_depth > 0)
        {
            // §5.2: a pass matches; fail, softfail and neutral do not.
            _depth--;
            if (status != SpfStatus.Pass)
            {
                DoNotMatch();
                return;
            }
            _trace?.Tested(_depth, Top.Domain, Top.Current!.Text, SpfTermOutcome.Match, _lookups, _voidLookups);
            status = Top.Current!.Qualifier;
        }
        Conclude(status, SpfReason.MechanismMatched, null);
        if (status == SpfStatus.Fail && Top.Record!.Explanation is not null)
            _step = Step.Explanation;
    }

    private void DoNotMatch()
    {
        _trace?.Tested(_depth, Top.Domain, Top.Current!.Text, SpfTermOutcome.NoMatch, _lookups, _voidLookups);
        _step = Step.Terms;
    }

    private void Conclude(SpfStatus status, SpfReason reason, string? problem)
    {
        _status = status;
        _reason = reason;
        _problem = problem;
        _step = Step.Ended;
    }

    // ---- Time to live (§7.3) ----

    private void NoteTimeToLive(DnsAnswer answer)
    {
        // No answer is of use for longer, and a time so short cannot overflow.
        var timeToLive = answer.TimeToLive < LongestTimeToLive ? answer.TimeToLive : LongestTimeToLive;
        if (answer.ReceivedAt is { } received)
            _expiry = Math.Min(_expiry, received.UtcTicks + timeToLive.Ticks);
        else
            _timeToLive = timeToLive < _timeToLive ? timeToLive : _timeToLive;
    }

    /// <summary>What is left of the answers that were used: of the shortest-lived one.</summary>
    private readonly TimeSpan RemainingTime()
    {
        var left = _timeToLive.Ticks;
        if (_expiry < long.MaxValue)
            left = Math.Min(left, _expiry - _options.TimeProvider.GetUtcNow().UtcTicks);
        return left is < 0 or long.MaxValue ? TimeSpan.Zero : new TimeSpan(left);
    }

    // ---- Result (§4.2) ----

    public readonly SpfResult ToResult()
    {
        var isMatch = _reason == SpfReason.MechanismMatched;
        LimitHits.Count(LimitHit);
        return new SpfResult(_status, _reason)
        {
            Sender = _sender,
            Helo = _helo,
            ClientAddress = _client.Address,
            Mechanism = isMatch ? _frames[0].Current!.Text : null,
            IncludePath = isMatch ? MatchPath() : [],
            MatchedPrefixLength = isMatch ? _prefixLength : null,
            Explanation = _explanation,
            DnsLookups = _lookups,
            VoidLookups = _voidLookups,
            DnsQueries = _queries,
            TimeToLive = RemainingTime(),
            DependsOnSender = _dependsOnSender,
            Problem = _problem,
        };
    }

    private readonly ImmutableArray<string> MatchPath()
    {
        var count = 0;
        for (var depth = 0; depth <= _matchDepth; depth++)
        {
            count++;
            for (var redirect = _frames[depth].LastRedirect; redirect is not null; redirect = redirect.Previous)
                count++;
        }
        var path = new string[count];
        for (var depth = _matchDepth; depth >= 0; depth--)
        {
            path[--count] = _frames[depth].Current!.Text;
            for (var redirect = _frames[depth].LastRedirect; redirect is not null; redirect = redirect.Previous)
                path[--count] = redirect.Modifier.Text;
        }
        return ImmutableCollectionsMarshal.AsImmutableArray(path);
    }
}
