using EmailAuth.Dns;
using EmailAuth.Tests.Dns;

namespace EmailAuth.Tests.LookAhead;

/// <summary>Puts what a zone says on the wire: TXT and A records, and that there are none.</summary>
internal static class DnsServerWorld
{
    public static async Task<byte[]> AnswerAsync(ZoneDnsResolver zone, WireQuery query)
    {
        var answer = await zone.QueryAsync(new DnsQuestion(DomainName.Parse(query.Name), query.Type));
        var message = new WireMessage(query);
        if (answer.Status == DnsStatus.NxDomain)
            message.Fails(3);
        if (answer.Status != DnsStatus.NoError)
            message.Authority("com", DnsRecordType.SOA, WireMessage.Start(900));
        foreach (var record in answer.Records)
        {
            message.Answer(query.Name, query.Type, record switch
            {
                TxtRecord text => WireMessage.Text(text.Octets.ToArray()),
                AddressRecord address => address.Address.GetAddressBytes(),
                _ => throw new NotSupportedException($"{record.Type} records are not written here."),
            });
        }
        return message.ToArray();
    }
}
