//! The sections of networkd's files that have options, and the fields that NixOS's module lets through in each:
//! nixos/modules/system/boot/networkd.nix, `assertOnlyFields`. A field that it does not know ends the evaluation, so
//! that such a one is given as text in extraConfig.

/// What a section is beside the unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One set; what stands there twice is one.
    One,
    /// One set, where each such section of systemd is a thing of its own.
    Own,
    /// Each section is an element.
    List,
}

/// The name of a section, the option it has, and its fields; none where the module takes any.
pub struct Section {
    pub name: &'static str,
    pub option: &'static str,
    pub shape: Shape,
    fields: &'static str,
}

impl Section {
    pub fn knows(&self, field: &str) -> bool {
        self.fields.is_empty() || self.fields.split(' ').any(|it| it == field)
    }
}

const fn one(name: &'static str, option: &'static str, fields: &'static str) -> Section {
    Section {
        name,
        option,
        shape: Shape::One,
        fields,
    }
}

const fn own(name: &'static str, option: &'static str, fields: &'static str) -> Section {
    Section {
        name,
        option,
        shape: Shape::Own,
        fields,
    }
}

const fn list(name: &'static str, option: &'static str, fields: &'static str) -> Section {
    Section {
        name,
        option,
        shape: Shape::List,
        fields,
    }
}

const DHCP_V4: &str = "RequestAddress SendHostname Hostname MUDURL ClientIdentifier VendorClassIdentifier UserClass DUIDType DUIDRawData IAID RapidCommit Anonymize RequestOptions SendOption SendVendorOption IPServiceType SocketPriority BOOTP Label UseDNS RoutesToDNS UseNTP RoutesToNTP UseSIP UseCaptivePortal UseDNR UseMTU UseHostname UseDomains UseRoutes RouteMetric RouteTable RouteMTUBytes QuickAck InitialCongestionWindow InitialAdvertisedReceiveWindow UseGateway UseTimezone Use6RD UnassignedSubnetPolicy IPv6OnlyMode FallbackLeaseLifetimeSec RequestBroadcast MaxAttempts ListenPort ServerPort DenyList AllowList SendRelease SendDecline NetLabel NFTSet";
const PARENT: &str = "Parent Handle";
const PACKET_LIMIT: &str = "Parent Handle PacketLimit";
const TUN: &str = "MultiQueue PacketInfo VNetHeader User Group KeepCarrier";
const MACVLAN: &str = "Mode SourceMACAddress BroadcastMulticastQueueLength BroadcastQueueThreshold";

/// Sections of .network files.
pub static NETWORK: [Section; 55] = [
    one("Match", "matchConfig", ""),
    one(
        "Link",
        "linkConfig",
        "MACAddress MTUBytes ARP Multicast AllMulticast Promiscuous Unmanaged Group RequiredForOnline RequiredFamilyForOnline ActivationPolicy",
    ),
    one(
        "Network",
        "networkConfig",
        "Description DHCP DHCPServer LinkLocalAddressing IPv6LinkLocalAddressGenerationMode IPv6StableSecretAddress IPv4LLStartAddress IPv4LLRoute DefaultRouteOnDevice LLMNR MulticastDNS DNSOverTLS DNSSEC DNSSECNegativeTrustAnchors LLDP EmitLLDP BindCarrier Address Gateway DNS UseDomains Domains DNSDefaultRoute NTP IPv4Forwarding IPv6Forwarding IPMasquerade IPv6PrivacyExtensions IPv6AcceptRA IPv6DuplicateAddressDetection IPv6HopLimit IPv6RetransmissionTimeSec IPv4DuplicateAddressDetectionTimeoutSec IPv4ReversePathFilter MulticastIGMPVersion IPv4AcceptLocal IPv4RouteLocalnet IPv4ProxyARP IPv4ProxyARPPrivateVLAN IPv6ProxyNDP IPv6ProxyNDPAddress IPv6SendRA DHCPPrefixDelegation IPv6MTUBytes MPLSRouting KeepMaster BatmanAdvanced Bridge Bond VRF IPoIB IPVLAN IPVTAP MACsec MACVLAN MACVTAP Tunnel VLAN VXLAN Xfrm ActiveSlave PrimarySlave ConfigureWithoutCarrier IgnoreCarrierLoss KeepConfiguration",
    ),
    one("DHCPv4", "dhcpV4Config", DHCP_V4),
    one(
        "DHCPv6",
        "dhcpV6Config",
        "MUDURL IAID DUIDType DUIDRawData RequestOptions SendOption SendVendorOption UserClass VendorClass PrefixDelegationHint UnassignedSubnetPolicy RapidCommit SendHostname Hostname UseAddress UseCaptivePortal UseDelegatedPrefix UseDNS UseDNR UseNTP UseSIP UseHostname UseDomains NetLabel SendRelease NFTSet WithoutRA",
    ),
    one(
        "DHCPPrefixDelegation",
        "dhcpPrefixDelegationConfig",
        "UplinkInterface SubnetId Announce Assign Token ManageTemporaryAddress RouteMetric NetLabel NFTSet",
    ),
    one(
        "DHCPServer",
        "dhcpServerConfig",
        "ServerAddress PoolOffset PoolSize DefaultLeaseTimeSec MaxLeaseTimeSec UplinkInterface EmitDNS DNS EmitNTP NTP EmitSIP SIP EmitPOP3 POP3 EmitSMTP SMTP EmitLPR LPR EmitRouter Router EmitTimezone Timezone EmitDomain Domain BootServerAddress BootServerName BootFilename IPv6OnlyPreferredSec SendOption SendVendorOption BindToInterface RelayTarget RelayAgentCircuitId RelayAgentRemoteId RapidCommit PersistLeases LocalLeaseDomain",
    ),
    list(
        "DHCPServerStaticLease",
        "dhcpServerStaticLeases",
        "MACAddress Address Hostname",
    ),
    one(
        "IPv6AcceptRA",
        "ipv6AcceptRAConfig",
        "UseRedirect Token UseDNS UseDNR UseDomains RouteTable RouteMetric QuickAck UseMTU UseHopLimit UseReachableTime UseRetransmissionTime UseGateway UseRoutePrefix UseCaptivePortal UsePREF64 UseAutonomousPrefix UseOnLinkPrefix RouterDenyList RouterAllowList PrefixDenyList PrefixAllowList RouteDenyList RouteAllowList DHCPv6Client NetLabel NFTSet",
    ),
    one(
        "IPv6SendRA",
        "ipv6SendRAConfig",
        "Managed OtherInformation RouterLifetimeSec ReachableTimeSec RetransmitSec RouterPreference HopLimit UplinkInterface EmitDNS DNS EmitDomains Domains DNSLifetimeSec HomeAgent HomeAgentLifetimeSec HomeAgentPreference",
    ),
    list(
        "IPv6Prefix",
        "ipv6Prefixes",
        "AddressAutoconfiguration OnLink Prefix PreferredLifetimeSec ValidLifetimeSec Assign Token RouteMetric",
    ),
    list(
        "IPv6RoutePrefix",
        "ipv6RoutePrefixes",
        "Route LifetimeSec Preference",
    ),
    list(
        "IPv6PREF64Prefix",
        "ipv6PREF64Prefixes",
        "Prefix LifetimeSec",
    ),
    list("IPv6AddressLabel", "ipv6AddressLabels", "Label Prefix"),
    list(
        "Address",
        "addresses",
        "Address Peer Broadcast Label PreferredLifetime Scope RouteMetric HomeAddress DuplicateAddressDetection ManageTemporaryAddress AddPrefixRoute AutoJoin NetLabel NFTSet",
    ),
    list("Neighbor", "neighbors", "Address LinkLayerAddress"),
    list(
        "Route",
        "routes",
        "Gateway GatewayOnLink Destination Source Metric IPv6Preference Scope PreferredSource Table HopLimit Protocol Type InitialCongestionWindow InitialAdvertisedReceiveWindow QuickAck FastOpenNoCookie MTUBytes TCPAdvertisedMaximumSegmentSize TCPCongestionControlAlgorithm TCPRetransmissionTimeoutSec MultiPathRoute NextHop",
    ),
    list(
        "NextHop",
        "nextHops",
        "Id Gateway Family OnLink Blackhole Group",
    ),
    list(
        "RoutingPolicyRule",
        "routingPolicyRules",
        "TypeOfService From To FirewallMark Table Priority GoTo IncomingInterface OutgoingInterface L3MasterDevice SourcePort DestinationPort IPProtocol InvertRule Family User SuppressPrefixLength SuppressInterfaceGroup Type",
    ),
    one(
        "Bridge",
        "bridgeConfig",
        "UnicastFlood MulticastFlood MulticastToUnicast NeighborSuppression Learning HairPin Isolated UseBPDU FastLeave AllowPortToBeRoot ProxyARP ProxyARPWiFi MulticastRouter Cost Priority Locked MACAuthenticationBypass VLANTunnel",
    ),
    list(
        "BridgeFDB",
        "bridgeFDBs",
        "MACAddress Destination VLANId VNI AssociatedWith OutgoingInterface",
    ),
    list("BridgeMDB", "bridgeMDBs", "MulticastGroupAddress VLANId"),
    list("BridgeVLAN", "bridgeVLANs", "VLAN EgressUntagged PVID"),
    one("LLDP", "lldpConfig", "MUDURL"),
    one(
        "CAN",
        "canConfig",
        "BitRate SamplePoint TimeQuantaNSec PropagationSegment PhaseBufferSegment1 PhaseBufferSegment2 SyncJumpWidth DataBitRate DataSamplePoint DataTimeQuantaNSec DataPropagationSegment DataPhaseBufferSegment1 DataPhaseBufferSegment2 DataSyncJumpWidth FDMode FDNonISO RestartSec Termination TripleSampling BusErrorReporting ListenOnly Loopback OneShot PresumeAck ClassicDataLengthCode",
    ),
    one("IPoIB", "ipoIBConfig", "Mode IgnoreUserspaceMulticastGroup"),
    own(
        "SR-IOV",
        "sriovConfig",
        "VirtualFunction VLANId QualityOfService VLANProtocol MACSpoofCheck QueryReceiveSideScaling Trust LinkState MACAddress",
    ),
    one(
        "MobileNetwork",
        "mobileNetworkConfig",
        "APN AllowedAuthenticationMechanisms User Password IPFamily AllowRoaming PIN OperatorId RouteMetric UseGateway",
    ),
    own("QDisc", "qdiscConfig", PARENT),
    own(
        "NetworkEmulator",
        "networkEmulatorConfig",
        "Parent Handle DelaySec DelayJitterSec PacketLimit LossRate DuplicateRate",
    ),
    own(
        "TokenBucketFilter",
        "tokenBucketFilterConfig",
        "Parent Handle LatencySec LimitBytes BurstBytes Rate MPUBytes PeakRate MTUBytes",
    ),
    own("PIE", "pieConfig", PACKET_LIMIT),
    own("FlowQueuePIE", "flowQueuePIEConfig", PACKET_LIMIT),
    own(
        "StochasticFairBlue",
        "stochasticFairBlueConfig",
        PACKET_LIMIT,
    ),
    own(
        "StochasticFairnessQueueing",
        "stochasticFairnessQueueingConfig",
        "Parent Handle PerturbPeriodSec",
    ),
    own("BFIFO", "bfifoConfig", "Parent Handle LimitBytes"),
    own("PFIFO", "pfifoConfig", PACKET_LIMIT),
    own("PFIFOHeadDrop", "pfifoHeadDropConfig", PACKET_LIMIT),
    own("PFIFOFast", "pfifoFastConfig", PARENT),
    own(
        "CAKE",
        "cakeConfig",
        "Parent Handle Bandwidth AutoRateIngress OverheadBytes MPUBytes CompensationMode UseRawPacketSize FlowIsolationMode NAT PriorityQueueingPreset FirewallMark Wash SplitGSO RTTSec AckFilter",
    ),
    own(
        "ControlledDelay",
        "controlledDelayConfig",
        "Parent Handle PacketLimit TargetSec IntervalSec ECN CEThresholdSec",
    ),
    own(
        "DeficitRoundRobinScheduler",
        "deficitRoundRobinSchedulerConfig",
        PARENT,
    ),
    own(
        "DeficitRoundRobinSchedulerClass",
        "deficitRoundRobinSchedulerClassConfig",
        "Parent Handle QuantumBytes",
    ),
    own(
        "EnhancedTransmissionSelection",
        "enhancedTransmissionSelectionConfig",
        "Parent Handle Bands StrictBands QuantumBytes PriorityMap",
    ),
    own(
        "GenericRandomEarlyDetection",
        "genericRandomEarlyDetectionConfig",
        "Parent Handle VirtualQueues DefaultVirtualQueue GenericRIO",
    ),
    own(
        "FairQueueing",
        "fairQueueingConfig",
        "Parent Handle PacketLimit FlowLimit QuantumBytes InitualQuantumBytes MaximumRate Buckets OrphanMask Pacing CEThresholdSec",
    ),
    own(
        "FairQueueingControlledDelay",
        "fairQueueingControlledDelayConfig",
        "Parent Handle PacketLimit MemoryLimitBytes Flows TargetSec IntervalSec QuantumBytes ECN CEThresholdSec",
    ),
    own(
        "TrivialLinkEqualizer",
        "trivialLinkEqualizerConfig",
        "Parent Handle Id",
    ),
    own(
        "HierarchyTokenBucket",
        "hierarchyTokenBucketConfig",
        "Parent Handle DefaultClass RateToQuantum",
    ),
    own(
        "HierarchyTokenBucketClass",
        "hierarchyTokenBucketClassConfig",
        "Parent ClassId Priority QuantumBytes MTUBytes OverheadBytes Rate CeilRate BufferBytes CeilBufferBytes",
    ),
    own(
        "ClassfulMultiQueueing",
        "classfulMultiQueueingConfig",
        PARENT,
    ),
    own("BandMultiQueueing", "bandMultiQueueingConfig", PARENT),
    own("HeavyHitterFilter", "heavyHitterFilterConfig", PACKET_LIMIT),
    own("QuickFairQueueing", "quickFairQueueingConfig", PARENT),
    own(
        "QuickFairQueueingClass",
        "quickFairQueueingConfigClass",
        "Parent ClassId Weight MaxPacketBytes",
    ),
];

/// Sections of .netdev files.
pub static NETDEV: [Section; 32] = [
    one("Match", "matchConfig", ""),
    one(
        "NetDev",
        "netdevConfig",
        "Description Name Kind MTUBytes MACAddress",
    ),
    one(
        "VLAN",
        "vlanConfig",
        "Id Protocol GVRP MVRP LooseBinding ReorderHeader EgressQOSMaps IngressQOSMaps",
    ),
    one("MACVLAN", "macvlanConfig", MACVLAN),
    one("MACVTAP", "macvtapConfig", MACVLAN),
    one("IPVLAN", "ipvlanConfig", "Mode Flags"),
    one("IPVTAP", "ipvtapConfig", "Mode Flags"),
    one(
        "VXLAN",
        "vxlanConfig",
        "VNI Remote Local Group TOS TTL MacLearning FDBAgeingSec MaximumFDBEntries ReduceARPProxy L2MissNotification L3MissNotification RouteShortCircuit UDPChecksum UDP6ZeroChecksumTx UDP6ZeroChecksumRx RemoteChecksumTx RemoteChecksumRx GroupPolicyExtension GenericProtocolExtension DestinationPort PortRange FlowLabel IPDoNotFragment Independent External VNIFilter",
    ),
    one(
        "GENEVE",
        "geneveConfig",
        "Id Remote TOS TTL UDPChecksum UDP6ZeroChecksumTx UDP6ZeroChecksumRx DestinationPort FlowLabel IPDoNotFragment InheritInnerProtocol",
    ),
    one(
        "BareUDP",
        "bareUDPConfig",
        "DestinationPort EtherType MinSourcePort",
    ),
    one(
        "FooOverUDP",
        "fooOverUDPConfig",
        "Encapsulation Port PeerPort Protocol Peer Local",
    ),
    one("HSR", "hsrConfig", "Ports Protocol Supervision"),
    one(
        "L2TP",
        "l2tpConfig",
        "TunnelId PeerTunnelId Remote Local EncapsulationType UDPSourcePort UDPDestinationPort UDPChecksum UDP6ZeroChecksumTx UDP6ZeroChecksumRx",
    ),
    list(
        "L2TPSession",
        "l2tpSessions",
        "Name SessionId PeerSessionId Layer2SpecificHeader",
    ),
    one("MACsec", "macsecConfig", "Port Encrypt"),
    list(
        "MACsecReceiveChannel",
        "macsecReceiveChannels",
        "Port MACAddress",
    ),
    list(
        "MACsecTransmitAssociation",
        "macsecTransmitAssociations",
        "PacketNumber KeyId Key KeyFile Activate UseForEncoding",
    ),
    list(
        "MACsecReceiveAssociation",
        "macsecReceiveAssociations",
        "Port MACAddress PacketNumber KeyId Key KeyFile Activate",
    ),
    one(
        "Tunnel",
        "tunnelConfig",
        "External Local Remote TOS TTL DiscoverPathMTU IgnoreDontFragment IPv6FlowLabel CopyDSCP EncapsulationLimit Key InputKey OutputKey Mode Independent AssignToLoopback AllowLocalRemote FooOverUDP FOUDestinationPort FOUSourcePort Encapsulation IPv6RapidDeploymentPrefix ISATAP SerializeTunneledPackets ERSPANVersion ERSPANIndex ERSPANDirection ERSPANHardwareId",
    ),
    one(
        "IPoIB",
        "ipoibConfig",
        "PartitionKey Mode IgnoreUserspaceMulticastGroups",
    ),
    one("Peer", "peerConfig", "Name MACAddress"),
    one("Tun", "tunConfig", TUN),
    one("Tap", "tapConfig", TUN),
    one("VXCAN", "vxcanConfig", "Peer"),
    one(
        "WireGuard",
        "wireguardConfig",
        "PrivateKey PrivateKeyFile ListenPort FirewallMark RouteTable RouteMetric",
    ),
    list(
        "WireGuardPeer",
        "wireguardPeers",
        "PublicKey PublicKeyFile PresharedKey PresharedKeyFile AllowedIPs Endpoint PersistentKeepalive RouteTable RouteMetric",
    ),
    one(
        "Bond",
        "bondConfig",
        "Mode TransmitHashPolicy LACPTransmitRate MIIMonitorSec PeerNotifyDelaySec UpDelaySec DownDelaySec LearnPacketIntervalSec AdSelect AdActorSystemPriority AdUserPortKey AdActorSystem FailOverMACPolicy ARPValidate ARPIntervalSec ARPIPTargets ARPAllTargets PrimaryReselectPolicy ResendIGMP PacketsPerSlave GratuitousARP AllSlavesActive DynamicTransmitLoadBalancing MinLinks ARPMissedMax",
    ),
    one(
        "Bridge",
        "bridgeConfig",
        "HelloTimeSec MaxAgeSec ForwardDelaySec AgeingTimeSec Priority GroupForwardMask DefaultPVID MulticastQuerier MulticastSnooping VLANFiltering VLANProtocol STP MulticastIGMPVersion FDBMaxLearned LinkLocalLearning",
    ),
    one("Xfrm", "xfrmConfig", "InterfaceId Independent"),
    one("VRF", "vrfConfig", "Table"),
    one("WLAN", "wlanConfig", "PhysicalDevice Type WDS"),
    one(
        "BatmanAdvanced",
        "batmanAdvancedConfig",
        "GatewayMode Aggregation BridgeLoopAvoidance DistributedArpTable Fragmentation HopPenalty OriginatorIntervalSec GatewayBandwithDown GatewayBandwithUp RoutingAlgorithm",
    ),
];

/// Sections of .link files.
pub static LINK: [Section; 2] = [
    one("Match", "matchConfig", ""),
    one(
        "Link",
        "linkConfig",
        "Description Property ImportProperty UnsetProperty Alias MACAddressPolicy MACAddress NamePolicy Name AlternativeNamesPolicy AlternativeName TransmitQueues ReceiveQueues TransmitQueueLength MTUBytes BitsPerSecond Duplex AutoNegotiation WakeOnLan WakeOnLanPassword Port Advertise ReceiveChecksumOffload TransmitChecksumOffload TCPSegmentationOffload TCP6SegmentationOffload GenericSegmentationOffload PartialGenericSegmentationOffload GenericReceiveOffload GenericReceiveOffloadHardware LargeReceiveOffload ReceivePacketSteeringCPUMask ReceiveVLANCTAGHardwareAcceleration TransmitVLANCTAGHardwareAcceleration ReceiveVLANCTAGFilter TransmitVLANSTAGHardwareAcceleration NTupleFilter ReceiveFCS ReceiveAll RxChannels TxChannels OtherChannels CombinedChannels RxBufferSize RxMiniBufferSize RxJumboBufferSize TxBufferSize RxFlowControl TxFlowControl AutoNegotiationFlowControl GenericSegmentOffloadMaxBytes GenericSegmentOffloadMaxSegments UseAdaptiveRxCoalesce UseAdaptiveTxCoalesce RxCoalesceSec RxCoalesceIrqSec RxCoalesceLowSec RxCoalesceHighSec TxCoalesceSec TxCoalesceIrqSec TxCoalesceLowSec TxCoalesceHighSec RxMaxCoalescedFrames RxMaxCoalescedIrqFrames RxMaxCoalescedLowFrames RxMaxCoalescedHighFrames TxMaxCoalescedFrames TxMaxCoalescedIrqFrames TxMaxCoalescedLowFrames TxMaxCoalescedHighFrames CoalescePacketRateLow CoalescePacketRateHigh CoalescePacketRateSampleIntervalSec StatisticsBlockCoalesceSec MDI SR-IOVVirtualFunctions ScatterGather ScatterGatherFragmentList TCPECNSegmentationOffload TCPMangleIdSegmentationOffload GenericReceiveOffloadList GenericReceiveOffloadUDPForwarding",
    ),
];
